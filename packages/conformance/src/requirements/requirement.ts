/**
 * A requirement: one thing that an RFC asks of somebody, as data, so that code, tests, probes and reports can all speak of
 * the same thing by its id. The text is a paraphrase, made for finding the place; the section has the last word.
 */

/**
 * RFC 2119's words. `must` stands for REQUIRED and SHALL too, `should` for RECOMMENDED, `may` for OPTIONAL. `strictness` is
 * what the grammar alone forbids and no sentence tells a recipient to refuse: one that forgives it breaks no MUST.
 */
export type Level = 'must' | 'must not' | 'should' | 'should not' | 'strictness' | 'may';

/** Whom it binds, in the RFCs' own words: a recipient is any side that reads, a sender any that writes, an endpoint both. */
export type Actor = 'server' | 'client' | 'sender' | 'recipient' | 'endpoint';

export interface Requirement {
  /** `rfc9112/6.3/te-over-cl`: document, section, and a name that stays when the text is mended. */
  readonly id: string;
  readonly level: Level;
  readonly actor: Actor;
  /** What is asked, in our words. */
  readonly text: string;
  /** Why no code keeps it or no probe can show it, where that is so: `proxies`, `not visible from outside`. */
  readonly notApplicable?: string;
}

/**
 * Reads a table of `section/name | level | actor | text | why not applicable`, one requirement a line. Why a text and not
 * objects: hundreds of them are read, compared and mended as lines. The words of level and actor are held to
 * their types by a test.
 */
export function requirementsOf(document: string, table: string): Requirement[] {
  return table
    .trim()
    .split('\n')
    .map((line) => {
      const [name, level, actor, text, notApplicable] = line.split('|').map((cell) => cell.trim());
      const requirement = {
        id: `${document}/${name}`,
        level: level as Level,
        actor: actor as Actor,
        text: text!,
      };
      return notApplicable === undefined ? requirement : { ...requirement, notApplicable };
    });
}

/** `RFC 9112 6.3`, of `rfc9112/6.3/te-and-cl`; `law 1`, of `laws/1/messages`. */
export function clauseOf(id: string): string {
  const [document, section] = id.split('/');
  if (document === 'laws') return `law ${section}`;
  return `RFC ${document!.slice(3)} ${section}`;
}
