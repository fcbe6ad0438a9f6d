import { cva, type VariantProps } from "class-variance-authority";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { classNames } from "./class-names.ts";

const buttonStyle = cva(
  "inline-flex items-center justify-center gap-2 whitespace-nowrap rounded-md font-medium transition-colors select-none disabled:opacity-50 disabled:cursor-not-allowed [&_svg]:size-4 [&_svg]:shrink-0",
  {
    variants: {
      look: {
        primary: "bg-accent text-on-accent hover:bg-accent-strong",
        plain: "border border-line bg-page text-ink hover:bg-hover",
        quiet: "text-ink-soft hover:bg-hover hover:text-ink",
        danger: "bg-bad text-page hover:opacity-90",
      },
      size: {
        normal: "h-8 px-3 text-sm",
        small: "h-7 px-2 text-[13px]",
        icon: "size-8",
        tiny: "size-6 [&_svg]:size-3.5",
      },
    },
    defaultVariants: { look: "plain", size: "normal" },
  },
);

export interface ButtonProps extends ComponentProps<"button">, VariantProps<typeof buttonStyle> {
  /** Renders the only child (a link, usually) with the button's looks. */
  readonly asChild?: boolean;
}

export function Button({ className, look, size, asChild, type, ...rest }: ButtonProps) {
  const Element = asChild ? Slot.Root : "button";
  return (
    <Element
      className={classNames(buttonStyle({ look, size }), className)}
      {...(asChild ? {} : { type: type ?? "button" })}
      {...rest}
    />
  );
}
