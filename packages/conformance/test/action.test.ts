/** The GitHub Action: its script, with npx replaced by one that says how it was called. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';

const ACTION = readFileSync(join(import.meta.dirname, '../../../action.yml'), 'utf8');

test('the action calls minis probe with what it was given, and ends with its exit code', () => {
  const folder = mkdtempSync(join(tmpdir(), 'action-'));
  const [summary, reports] = [join(folder, 'summary'), join(folder, 'reports')];
  writeFileSync(join(folder, 'npx'), '#!/bin/sh\nprintf "%s\\n" "$@"\nexit 3\n', { mode: 0o755 });
  const script = /\n {6}run: \|\n([\s\S]*)$/.exec(ACTION)![1]!.replace(/^ {8}/gm, '');
  const env = {
    PATH: `${folder}${delimiter}${process.env['PATH']}`,
    GITHUB_STEP_SUMMARY: summary,
    ADDRESS: 'http://127.0.0.1:8080/',
    BASELINE: 'known failures.json',
    ONLY: 'chunked/*\nhost\n',
    EXCLUDE: '',
    HEADERS: 'X-Team: $(a) b',
    STRICT: 'true',
    QUIET: '500',
    REPORTS: reports,
    VERSION: '1.2.3',
  };
  // As GitHub runs it.
  const { status, stdout } = spawnSync(
    'bash',
    ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', script],
    {
      env,
      encoding: 'utf8',
    },
  );
  const [html, junit, json] = ['report.html', 'junit.xml', 'report.json'].map((name) => join(reports, name));
  expect(stdout.trim().split('\n')).toEqual([
    ...['--yes', 'minis@1.2.3', 'probe', 'http://127.0.0.1:8080/', '--quiet', '500', '--verbose'],
    ...['--html', html, '--junit', junit, '--json', json, '--baseline', 'known failures.json', '--strict'],
    ...['--only', 'chunked/*', '--only', 'host', '--header', 'X-Team: $(a) b'],
  ]);
  expect(status).toBe(3);
  expect(readFileSync(summary, 'utf8')).toContain('probe');
  // Every variable of the script is an input of that name, and each input has one.
  for (const name of Object.keys(env).slice(2))
    expect(ACTION).toContain(`${name}: \${{ inputs.${name.toLowerCase()} }}`);
});
