import { type RequestHead, RequestParser } from 'http-mini/wire';
import { measureParsing } from './parse.ts';

const parser = new RequestParser();

measureParsing((bytes) => {
  parser.receive(bytes);
  const head = parser.next() as RequestHead;
  parser.next(); // the end of content that is not there
  return { method: head.method, target: head.target, fields: head.fields.lines() };
});
