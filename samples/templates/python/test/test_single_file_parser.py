import importlib.util
import pathlib
import unittest

from letsdata_testing import run_handler

# By its file: the installed letsdata_interfaces has the folder's name.
_FILE = pathlib.Path(__file__).parent.parent / "letsdata_interfaces/readers/parsers/SingleFileParser.py"
_SPEC = importlib.util.spec_from_file_location("SingleFileParser", _FILE)
parser = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(parser)


class SingleFileParserTest(unittest.TestCase):
    def test_clicks_become_documents_those_of_tests_are_skipped_incomplete_ones_are_errors(self):
        run = run_handler(parser.SingleFileParser(), '{"id":"1","page":"/"}\n{"id":"2","page":"/","test":true}\n{"id":"3"}\n')
        self.assertEqual([document.documentKeyValuesMap for document in run.documents], [{"page": "/"}])
        self.assertEqual([error.errorMessage for error in run.errors], ["a click needs id and page"])
        self.assertEqual([skip.skipMessage for skip in run.skips], ["a click of a test"])

    def test_a_line_that_is_no_json_fails_the_task(self):
        with self.assertRaises(ValueError):
            run_handler(parser.SingleFileParser(), '{"id":}\n')


if __name__ == "__main__":
    unittest.main()
