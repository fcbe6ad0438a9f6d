import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { safeNext } from "../../features/sign-in/safe-next.ts";
import { SignInForm } from "../../features/sign-in/sign-in-form.tsx";
import { currentPerson } from "../../server/session.ts";
import { Wordmark } from "../../shell/wordmark.tsx";

export const metadata: Metadata = { title: "Sign in" };

type Props = { readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>> };

export default async function SignInPage({ searchParams }: Props) {
  const { next } = await searchParams;
  const target = typeof next === "string" ? next : undefined;
  if (await currentPerson()) redirect(safeNext(target));
  return (
    <main className="flex min-h-dvh flex-col items-center px-4 pt-[18dvh]">
      <div className="w-full max-w-80 space-y-8">
        <Wordmark />
        <h1 className="text-xl font-semibold tracking-tight">Sign in</h1>
        <SignInForm next={target} />
      </div>
    </main>
  );
}
