"use client";
import { useState } from "react";
import { authClient } from "../../shell/auth-client.ts";
import { Button } from "../../ui/button.tsx";
import { Input } from "../../ui/input.tsx";
import { Labelled } from "../../ui/labelled.tsx";
import { useHydrated } from "../../ui/use-hydrated.ts";
import { safeNext } from "./safe-next.ts";

export function SignInForm({ next }: { readonly next: string | undefined }) {
  const [failure, setFailure] = useState("");
  const [busy, setBusy] = useState(false);
  const hydrated = useHydrated();

  async function signIn(form: FormData): Promise<void> {
    setBusy(true);
    setFailure("");
    const { error } = await authClient.signIn.email({
      email: String(form.get("email")).trim(),
      password: String(form.get("password")),
    });
    if (!error) {
      window.location.assign(safeNext(next));
      return;
    }
    setBusy(false);
    setFailure(reasonOf(error.status, error.message));
  }

  return (
    <form
      // Sent before the scripts are there, the password must not stand in the address.
      method="post"
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        void signIn(new FormData(event.currentTarget));
      }}
    >
      <Labelled label="E-mail">
        {(ids) => <Input {...ids} name="email" type="email" required autoComplete="username" className="h-10" />}
      </Labelled>
      <Labelled label="Password" error={failure || undefined}>
        {(ids) => (
          <Input {...ids} name="password" type="password" required autoComplete="current-password" className="h-10" />
        )}
      </Labelled>
      <p role="alert" className="sr-only">
        {failure}
      </p>
      <Button type="submit" look="primary" disabled={busy || !hydrated} className="h-10 w-full">
        {busy ? "Signing in…" : "Sign in"}
      </Button>
    </form>
  );
}

function reasonOf(status: number, message: string | undefined): string {
  if (status === 401) return "E-mail or password is wrong.";
  if (status === 403) return message ?? "This user may not sign in.";
  if (status === 429) return "Too many attempts. Wait a minute and try again.";
  return "The server did not answer. Check that the installation is running and try again.";
}
