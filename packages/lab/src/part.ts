/**
 * A part of the lab: one page in two languages, with the data and the WebSockets that it needs of the server. `web.ts`
 * leads requests to parts; `lab.ts` has the list of them.
 */
import type { HttpRequest, HttpResponse, ServerEvent } from 'http-mini';
import type { VNode } from 'preact';
import type { Endpoint } from 'tcp-echo';
import type { Connection, OpeningRequest } from 'ws-mini';
import type { Language, Text } from './text.ts';
import type { Ticker } from './ticker.ts';

/** What a view is given, on the server and again in the browser. */
export interface ViewProps<State> {
  readonly state: State;
  readonly language: Language;
}

export interface Part<State = unknown> {
  /**
   * The page is /en/PATH and /ko/PATH; below /PATH/ is what else the part serves. Its script is built from
   * src/PATH/entry.tsx. The front page has "".
   */
  readonly path: string;
  /** In a word or two, for the line above each page. */
  readonly name: Text;
  readonly title: Text;
  /** One to three sentences: below the title, and in the table of contents. */
  readonly summary: Text;
  /** What the page shows first: JSON, because the browser gets it too, to begin with the same. */
  state(language: Language, query: URLSearchParams): State | Promise<State>;
  /** The page below its title and summary. It runs on both sides; its effects in the browser alone. */
  View(props: ViewProps<State>): VNode;
  /** GET and HEAD below /PATH/. @returns undefined for what is not there (404) */
  get?(request: HttpRequest): HttpResponse | undefined | Promise<HttpResponse | undefined>;
  /** WebSockets by name, at /PATH/NAME. What a page sends is data of a stranger: `receive` of messages.ts reads it. */
  readonly sockets?: Readonly<Record<string, Accept>>;
  /** Sees the bytes of all HTTP connections, so as to show a page those of its own. */
  observe?(event: ServerEvent): void;
  /** Ends what still runs, such as a measurement. Its WebSockets are closed by the server. */
  close?(): Promise<void>;
}

/** Takes a WebSocket as it opens. */
export type Accept = (connection: Connection, request: OpeningRequest) => void;

/** What the lab has for its parts. Addresses are known from the first request on, and not when parts are made. */
export interface Services {
  /** How the lab is called, to name it with an option: `npm start --`, `minis lab`. */
  readonly call: string;
  readonly ticker: Ticker;
  /** `http://host:port` of the lab, for a client on this machine. */
  readonly origin: string;
  /** The ticker over raw TCP. */
  readonly tickerAddress: Endpoint;
  readonly echoAddress: Endpoint;
}
