import { describe, expect, test } from 'vitest';
import { requirements } from '../src/requirements/index.ts';
import { laws } from '../src/requirements/laws.ts';
import { clauseOf } from '../src/requirements/requirement.ts';
import { rfc862 } from '../src/requirements/rfc862.ts';
import { rfc6455 } from '../src/requirements/rfc6455.ts';
import { rfc7692 } from '../src/requirements/rfc7692.ts';
import { rfc9110 } from '../src/requirements/rfc9110.ts';
import { rfc9112 } from '../src/requirements/rfc9112.ts';

const LEVELS = ['must', 'must not', 'should', 'should not', 'strictness', 'may'];
const ACTORS = ['server', 'client', 'sender', 'recipient', 'endpoint'];

describe('the requirements', () => {
  const all = [rfc9110, rfc9112, rfc6455, rfc7692, rfc862, laws].flat();

  test('each has an id of its own, a level, an actor and a text', () => {
    for (const { id, level, actor, text, notApplicable } of all) {
      expect(id).toMatch(/^(rfc\d+\/(tcp|[\d.]+)|laws\/\d+)\/[a-z0-9.-]+$/);
      expect(LEVELS, id).toContain(level);
      expect(ACTORS, id).toContain(actor);
      expect(text, id).toMatch(/^\S.{9,}$/);
      expect(notApplicable, id).not.toBe('');
    }
    expect(requirements.size).toBe(all.length); // no id twice
  });

  test('they stand in the order of the sections', () => {
    for (const document of [rfc9110, rfc9112, rfc6455, rfc7692, laws]) {
      const sections = document.map(({ id }) => id.split('/')[1]!);
      const inOrder = sections.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
      expect(sections).toEqual(inOrder);
    }
  });

  test('a clause is told as the RFCs cite each other', () => {
    expect(clauseOf('rfc9112/6.3/te-over-cl')).toBe('RFC 9112 6.3');
  });
});
