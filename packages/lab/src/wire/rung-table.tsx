/** @jsxRuntime automatic @jsxImportSource preact */
/** The same bytes as rungs of the ladder read them, side by side: where the first request ends, and what the rest is taken for. */
import type { ComponentChildren, VNode } from 'preact';
import type { Language } from '../text.ts';
import type { Desk } from './desk.ts';
import { bytesOf } from './recording.ts';
import type { RungReading, RungReadings } from './rung-readings.ts';
import { onOneLine } from './words.ts';

const WORDS = {
  en: {
    title: 'Where does this request end?',
    about:
      'Three rungs of the ladder, run on this machine. Each was sent beginnings of these bytes, with a FIN behind each; a request ends at the first byte with which one answer more comes.',
    attack:
      'A proxy that reads as rung 4 hands on one request, and the G is its content. A server behind it that reads as rung 7 has the G left over, and takes it for the beginning of what comes next on this connection, perhaps another client’s request. Rung 8 does not ask who is right: it refuses, and closes.',
    rung: (number: number) => `rung ${number}`,
    ends: 'The first is over with byte',
    content: 'Its content',
    answer: 'Its answer',
    next: 'What is left begins',
    nextAnswer: 'Its answer',
    none: 'nothing is read',
    failed: 'The rungs of the ladder could not be run: ',
  },
  ko: {
    title: '이 요청은 어디서 끝날까요?',
    about:
      '세 단계를 이 컴퓨터에서 실행한 결과입니다. 이 바이트의 앞부분을 길이마다 보내고 바로 FIN을 보냈습니다. 응답이 하나 더 오기 시작하는 바이트가 요청의 끝입니다.',
    attack:
      '4단계처럼 읽는 프록시는 요청 하나와 그 본문을 넘겨준 것입니다. 그 뒤의 서버가 7단계처럼 읽으면 G가 남고, 이 연결로 다음에 오는 것 앞에 G가 붙습니다. 그것은 다른 클라이언트의 요청일 수도 있습니다. 8단계는 어느 쪽이 맞는지 따지지 않고, 거절하고 닫습니다.',
    rung: (number: number) => `${number}단계`,
    ends: '첫 요청의 마지막 바이트',
    content: '그 본문',
    answer: '그 응답',
    next: '남은 것의 시작',
    nextAnswer: '그 응답',
    none: '읽지 않음',
    failed: '단계들을 실행하지 못했습니다: ',
  },
} satisfies Record<Language, unknown>;

export function RungTable(props: { desk: Desk; readings: RungReadings; language: Language }): VNode {
  const { desk, readings, language } = props;
  const words = WORDS[language];
  if ('failed' in readings)
    return (
      <p class="notice">
        {words.failed}
        {readings.failed}
      </p>
    );
  const bytes = bytesOf(desk.recording.value, 'client');
  const text = String.fromCharCode(...bytes);
  const head = text.indexOf('\r\n\r\n') + 4;
  const row = (name: string, cell: (reading: RungReading) => ComponentChildren) => (
    <tr>
      <th scope="row">{name}</th>
      {readings.map((reading) => (
        <td key={reading.number}>{cell(reading)}</td>
      ))}
    </tr>
  );
  /** Up to the end of its line, for the next request. */
  const left = ({ ends: [first = 0, second] }: RungReading) =>
    second === undefined ? words.none : <code>{text.slice(first, text.indexOf('\r\n', first))}</code>;
  return (
    <>
      <h2 id="rungs">{words.title}</h2>
      <p class="soft">{words.about}</p>
      <div class="wide">
        <table>
          <thead>
            <tr>
              <th />
              {readings.map(({ number }) => (
                <th key={number} scope="col">
                  <a href={`/${language}/learn#http-${number}`}>{words.rung(number)}</a>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {row(words.ends, ({ ends: [end = 1] }) => (
              <a href={`#client/${end - 1}`}>{end - 1}</a>
            ))}
            {row(words.content, ({ ends: [end = 0] }) =>
              end === head ? words.none : <code>{onOneLine(text.slice(head, end))}</code>,
            )}
            {row(words.answer, ({ statuses }) => statuses[0])}
            {row(words.next, left)}
            {row(words.nextAnswer, ({ statuses }) => statuses[1] ?? '–')}
          </tbody>
        </table>
      </div>
      <p class="attack">{words.attack}</p>
    </>
  );
}
