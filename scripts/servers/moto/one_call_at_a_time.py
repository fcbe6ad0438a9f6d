"""moto's server, answering one call after another: it serves each in a thread of its own, and its Kinesis loses records that are put at once."""

import threading

import moto.server

serve = moto.server.run_simple
turn = threading.Lock()


def serve_in_turn(host, port, app, **options):
    def in_turn(environ, start_response):
        with turn:
            return app(environ, start_response)

    serve(host, port, in_turn, **options)


moto.server.run_simple = serve_in_turn
moto.server.main()
