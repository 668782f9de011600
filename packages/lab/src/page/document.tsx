/** @jsxRuntime automatic @jsxImportSource preact */
/**
 * A whole page as HTML: the frame that all share, and in it the part's view, beside the state that the browser begins with.
 * That state is data and no program; so the page's policy (CSP) can forbid every script that stands in a page.
 */
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { Part } from '../part.ts';
import { LANGUAGES, type Language, type Text } from '../text.ts';
import type { Assets } from './assets.ts';

export interface Page {
  /** How the lab is called, with options behind it. */
  readonly call: string;
  readonly part: Part;
  /** All parts in their order; the front page is the first. */
  readonly parts: readonly Part[];
  readonly language: Language;
  /** What follows the address's "?", as sent: the page in the other language gets it too. */
  readonly query: string | undefined;
}

export async function renderPage(page: Page, assets: Assets): Promise<string> {
  const { part, language, query } = page;
  const state = await part.state(language, new URLSearchParams(query));
  const script = part.path || 'front';
  const styles = ['style.css', `${script}.css`].filter((name) => assets.has(name));
  return `<!doctype html>
<html lang="${language}">
${renderToString(<Head {...page} styles={styles} />)}
<body>
${renderToString(<Frame {...page} state={state} />)}
<script type="application/json" id="state">${jsonInHtml(state)}</script>
<script type="module" src="/assets/${script}.js"></script>
</body>
</html>
`;
}

/** So that no text in it ends the script element. */
function jsonInHtml(state: unknown): string {
  return JSON.stringify(state).replaceAll('<', '\\u003c');
}

function Head({ part, parts, language, styles }: Page & { styles: readonly string[] }): VNode {
  const book = parts[0]!.title[language];
  return (
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{part.path === '' ? book : `${part.title[language]} · ${book}`}</title>
      <link rel="icon" href="data:," />
      {styles.map((name) => (
        <link key={name} rel="stylesheet" href={`/assets/${name}`} />
      ))}
    </head>
  );
}

function Frame(page: Page & { state: unknown }): VNode {
  const { call, part, language, state } = page;
  return (
    <>
      <RunningHead {...page} />
      <header>
        <h1>{part.title[language]}</h1>
        <p>{part.summary[language]}</p>
      </header>
      <main id="view" data-call={call.replace(/ --$/, '')}>
        <part.View state={state} language={language} />
      </main>
      <Neighbours {...page} />
    </>
  );
}

const WORDS = {
  parts: { en: 'Parts', ko: '구성' },
  previous: { en: 'Previous', ko: '이전' },
  next: { en: 'Next', ko: '다음' },
} satisfies Record<string, Text>;

/** The line above each page: where one is, and the same page in the other language. */
function RunningHead({ part, parts, language, query }: Page): VNode {
  const search = query ? `?${query}` : '';
  return (
    <nav class="running" aria-label={WORDS.parts[language]}>
      <ul class="in-row">
        {parts.map(({ path, name }) => (
          <li key={path}>
            <a href={`/${language}/${path}`} aria-current={path === part.path ? 'page' : undefined}>
              {name[language]}
            </a>
          </li>
        ))}
      </ul>
      {Object.entries(LANGUAGES)
        .filter(([other]) => other !== language)
        .map(([other, name]) => (
          <a
            key={other}
            class="language"
            lang={other}
            hreflang={other}
            href={`/${other}/${part.path}${search}`}
          >
            {name}
          </a>
        ))}
    </nav>
  );
}

/** Below each part: the one before and the next, as one turns pages. The front page has its table of contents. */
function Neighbours({ part, parts, language }: Page): VNode | null {
  const at = parts.indexOf(part);
  if (at === 0) return null;
  const [before, after] = [parts[at - 1], parts[at + 1]];
  return (
    <nav class="neighbours" aria-label={`${WORDS.previous[language]}, ${WORDS.next[language]}`}>
      {before && (
        <a rel="prev" href={`/${language}/${before.path}`}>
          <small>{WORDS.previous[language]}</small> {before.name[language]}
        </a>
      )}
      {after && (
        <a rel="next" href={`/${language}/${after.path}`}>
          <small>{WORDS.next[language]}</small> {after.name[language]}
        </a>
      )}
    </nav>
  );
}
