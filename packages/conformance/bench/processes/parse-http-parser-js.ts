import { measureParsing, type Parsed } from './parse.ts';
import { importPeer } from './peer.ts';

const { HTTPParser } = (await importPeer('http-parser-js')).default;

let parsed: Parsed;
const parser = new HTTPParser(HTTPParser.REQUEST);
HTTPParser.kOnExecute; // asked for once, it calls back with positions, as Node's own does
parser[HTTPParser.kOnHeadersComplete] = (
  _major: number,
  _minor: number,
  lines: readonly string[],
  method: number,
  target: string,
): void => {
  const fields: [string, string][] = [];
  for (let i = 0; i < lines.length; i += 2) fields.push([lines[i]!, lines[i + 1]!]);
  parsed = { method: HTTPParser.methods[method], target, fields };
};

measureParsing((bytes) => {
  parser.execute(bytes);
  return parsed;
});
