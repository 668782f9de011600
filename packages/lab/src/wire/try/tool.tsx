/** @jsxRuntime automatic @jsxImportSource preact */
/** The frame of everything that can be tried: a title, a sentence, what can be changed, and what comes out. */
import type { ComponentChildren, VNode } from 'preact';
import { Prose } from '../../page/prose.tsx';

export interface ToolProps {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly children: ComponentChildren;
}

export function Tool({ id, title, about, children }: ToolProps): VNode {
  return (
    <section class="try" id={`try-${id}`} aria-labelledby={`try-${id}-title`}>
      <h3 id={`try-${id}-title`}>{title}</h3>
      <p>{about}</p>
      {children}
    </section>
  );
}

export interface TypedProps {
  readonly label: string;
  readonly name: string;
  readonly size: number;
  readonly maxLength: number;
  readonly inputMode?: 'numeric';
  readonly value: string;
  readonly onText: (text: string) => void;
}

/** One line that can be typed. */
export function Typed({ label, onText, ...input }: TypedProps): VNode {
  const onInput = (event: { currentTarget: HTMLInputElement }) => onText(event.currentTarget.value);
  return (
    <label>
      {label} <input {...input} autocomplete="off" spellcheck={false} onInput={onInput} />
    </label>
  );
}

export interface OutputProps {
  /** Undefined if nothing can be computed. */
  readonly rows?: readonly (readonly [name: string, value: string])[] | undefined;
  readonly notice?: string | undefined;
}

/** What comes out, and what is wrong with what went in. */
export function Output({ rows = [], notice }: OutputProps): VNode {
  return (
    <output>
      {rows.length > 0 && (
        <dl>
          {rows.map(([name, value]) => (
            <>
              <dt key={`${name} name`}>{name}</dt>
              <dd key={name}>
                <code>{value}</code>
              </dd>
            </>
          ))}
        </dl>
      )}
      {notice !== undefined && (
        <p class="notice">
          <Prose text={notice} />
        </p>
      )}
    </output>
  );
}

/** A table of bytes that scrolls in its own box: a row for each kind, a column for each byte. */
export function ByteTable({
  caption,
  rows,
}: {
  readonly caption: string;
  readonly rows: readonly (readonly [name: string, cells: readonly string[]])[];
}): VNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="wide" tabIndex={0} aria-label={caption}>
      <table class="byte-rows">
        <tbody>
          {rows.map(([name, cells]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {cells.map((cell, i) => (
                <td key={i}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
