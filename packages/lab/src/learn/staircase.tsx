/** @jsxRuntime automatic @jsxImportSource preact */
/**
 * The scores as a staircase that lies on its side: a bar for each rung, as long as the MUSTs that it holds, and between them the servers
 * that others have made. A track without scores is a list.
 */
import type { VNode } from 'preact';
import type { Language } from '../text.ts';
import type { ShownTrack } from './rungs.ts';

const WORDS = {
  caption: {
    en: (must: number) =>
      `MUSTs held, of ${must}. A hollow bar: what others hold of the same questions; the floor reads nothing, and says 200 to everybody.`,
    ko: (must: number) =>
      `MUST ${must}개 가운데 지키는 수입니다. 속이 빈 막대는 같은 질문을 받은 다른 서버이고, 바닥은 아무것도 읽지 않고 누구에게나 200을 보내는 서버입니다.`,
  },
  floor: { en: 'the floor', ko: '바닥' },
};

interface Step {
  readonly must: number;
  readonly label: VNode | string;
  readonly isOther?: true;
}

export function Staircase({ track, language }: { track: ShownTrack; language: Language }): VNode {
  const { name, rungs, record } = track;
  const links = rungs.map(({ id, number, question }) => (
    <a key={id} href={`#${id}`}>
      {name} {number} <span class="question">{question}</span>
    </a>
  ));
  if (record === undefined)
    return (
      <ul class="stairs">
        {links.map((link) => (
          <li key={link.key}>{link}</li>
        ))}
      </ul>
    );
  const steps: Step[] = rungs.map(({ score }, i) => ({ must: score?.must ?? 0, label: links[i]! }));
  for (const [who, must] of Object.entries(record.beside))
    steps.push({ must, label: who === 'floor' ? WORDS.floor[language] : who, isOther: true });
  steps.sort((a, b) => a.must - b.must); // stable: who holds as many as a rung stands above it
  return (
    <table class="stairs">
      <caption>{WORDS.caption[language](record.must)}</caption>
      <tbody>
        {steps.map(({ must, label, isOther }, i) => (
          <tr key={i} class={isOther && 'other'}>
            <th scope="row">{label}</th>
            <td class="step">
              <svg aria-hidden="true" viewBox={`0 0 ${record.must} 10`} preserveAspectRatio="none">
                <rect width={must} height="10" />
              </svg>
            </td>
            <td>{must}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
