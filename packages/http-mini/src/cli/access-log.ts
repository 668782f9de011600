/**
 * One line for each request, when its answer has been sent or given up: method, target, status, bytes of content,
 * milliseconds. Method and target hold visible ASCII only, the parser has seen to that, so no line can be forged.
 */
import type { Handler } from '../server/exchange.ts';
import { FileContent } from './file-content.ts';

/**
 * @param handler answers with text or a file
 * @param clock milliseconds
 */
export function withAccessLog(handler: Handler, print: (line: string) => void, clock: () => number): Handler {
  return async (request) => {
    const start = clock();
    const done = (status: number, bytes: number): void => {
      const duration = (clock() - start).toFixed(1);
      print(`${request.method} ${request.target} ${status} ${bytes} B ${duration} ms`);
    };
    try {
      const response = await handler(request);
      const { status = 200, body = '' } = response;
      if (body instanceof FileContent) body.onClose = (bytes) => done(status, bytes);
      else done(status, request.method === 'HEAD' ? 0 : Buffer.byteLength(body as string));
      return response;
    } catch (error) {
      done(500, 0);
      throw error;
    }
  };
}
