// A file that is written anew is the old one or the new one, and never a half.
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { replaceFile } from '../src/replace-file.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'replace-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

test('is written, with the rights that it had, and nothing is left beside it', () => {
  const at = folder();
  const file = join(at, 'record.json');
  replaceFile(file, 'one');
  expect(readFileSync(file, 'utf8')).toBe('one');
  writeFileSync(join(at, 'mine'), 'old', { mode: 0o600 });
  replaceFile(join(at, 'mine'), 'new');
  expect(statSync(join(at, 'mine')).mode & 0o777).toBe(0o600);
  expect(readdirSync(at).sort()).toEqual(['mine', 'record.json']);
});

test('behind a link, the link stays', () => {
  const at = folder();
  writeFileSync(join(at, 'record'), 'old');
  symlinkSync('record', join(at, 'link'));
  replaceFile(join(at, 'link'), 'new');
  expect(lstatSync(join(at, 'link')).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(at, 'record'), 'utf8')).toBe('new');
});

test.skipIf(!existsSync('/dev/full'))('stays as it was if the disk is full, and the error names it', () => {
  const at = folder();
  const file = join(at, 'record.json');
  writeFileSync(file, 'old');
  symlinkSync('/dev/full', `${file}.${process.pid}.tmp`); // what is written beside it finds no space
  expect(() => replaceFile(file, 'new')).toThrow(`cannot write ${file}, which is as it was: ENOSPC`);
  expect(readFileSync(file, 'utf8')).toBe('old');
  expect(readdirSync(at)).toEqual(['record.json']);
  expect(() => replaceFile('/dev/full', 'new')).toThrow('cannot write /dev/full: ENOSPC');
});
