/**
 * The browser's side of a page: takes over what the server has rendered. The server wrote the state into the page, so
 * the first picture is the same, and nothing is fetched for it.
 */
import { h, hydrate, type VNode } from 'preact';
import type { ViewProps } from '../part.ts';
import type { Language } from '../text.ts';

export function hydrateView<State>(View: (props: ViewProps<State>) => VNode): void {
  const state = JSON.parse(document.getElementById('state')!.textContent!) as State;
  const language = document.documentElement.lang as Language;
  hydrate(h(View, { state, language }), document.getElementById('view')!);
}
