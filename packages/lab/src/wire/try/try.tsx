/** @jsxRuntime automatic @jsxImportSource preact */
/** All that can be tried on the page of the wire, each computed by the code that the servers run. */
import type { VNode } from 'preact';
import type { Language } from '../../text.ts';
import { AcceptDigest } from './accept.tsx';
import { ChunkSize } from './chunk-size.tsx';
import { CloseCodes } from './close-code.tsx';
import { FirstByte } from './first-byte.tsx';
import { LengthForms } from './length-forms.tsx';
import { MaskRows } from './masking.tsx';
import { Utf8Text } from './utf8.tsx';

export function Try({ language }: { language: Language }): VNode {
  return (
    <>
      <Utf8Text language={language} />
      <ChunkSize language={language} />
      <AcceptDigest language={language} />
      <FirstByte language={language} />
      <LengthForms language={language} />
      <MaskRows language={language} />
      <CloseCodes language={language} />
    </>
  );
}
