// Korean says one word for one thing, in the READMEs, the lab, the ladder and the explanations: the words that these texts have
// settled on stand here, each with those that mean the same and are not used. A few rules of spelling are held as well, and that
// a translated README has every part of its source.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packages, root, sourcesIn } from '../sources.ts';

/** What is said, and what is not, as a pattern. Whatever has another meaning too, as 내용 and 탭 have, is left to the reader. */
const WORDS: Readonly<Record<string, RegExp>> = {
  WebSocket: /웹 ?소켓|웹쏘켓/,
  프로토콜: /규약/,
  '절, 조항': /섹션/,
  '와이어 코어': /wire 코어|배선/,
  '파서, 파싱': /구문 분석/,
  '상태 기계': /상태 머신/,
  메시지: /메세지/,
  opcode: /옵코드|연산 부호/,
  핸드셰이크: /핸드쉐이크|악수/,
  '오프닝 핸드셰이크': /여는 핸드|개시 핸드/,
  '클로징 핸드셰이크': /닫는 핸드|종료 핸드/,
  연결: /커넥션/,
  '지속 연결(keep-alive)': /영속|킵 ?얼라이브/,
  '헤드, 헤더': /머리(?!말)/,
  줄: /(?<!온)라인/,
  '대상, 타깃': /타겟/,
  메서드: /메소드/,
  본문: /바디|컨텐츠/,
  청크: /덩어리|청크 분할/,
  파트: /멀티파트/,
  트레일러: /꼬리말/,
  '중간 응답(1xx)': /임시 응답|잠정 응답/,
  '사유 문구': /이유 문구|이유구/,
  출처: /오리진/,
  '요청 스머글링': /밀수|밀반입/,
  배압: /백 ?프레셔|역압|뒷압력/,
  'half-close': /반닫힘|반쪽 종료/,
  '리셋(RST)': /재설정/,
  '정상 종료': /우아한|그레이스풀/,
  '리스닝 소켓': /듣는 소켓/,
  소켓: /(?<![가-힣])맨 소켓|원시 소켓|순수(한)? 소켓/,
  '큐, 백로그': /대기열/,
  '파일 디스크립터': /서술자|기술자/,
  '임시 포트': /단명 포트/,
  바이트: /옥텟/,
  '단편화, 조각': /파편화|프래그먼트/,
  '연속 프레임': /계속 프레임/,
  '제어 프레임': /컨트롤 프레임/,
  'Close 코드': /닫는 코드|닫기 코드/,
  하트비트: /심박/,
  기한: /데드라인|마감/,
  '시간 초과': /타임 ?아웃/,
  한도: /제한값|리미트/,
  '엄격한, 관대한': /빡빡|느슨|너그러/,
  유휴: /노는 연결|놀고 있|쉬는 연결/,
  '처리량, 지연 시간': /쓰루풋|레이턴시/,
  '데이터의 나이': /신선도/,
  '적합성, 지키다': /준수|부합/,
  '요구 사항': /요구사항|요건/,
  프로브: /탐침|탐사/,
  '고장 구현(saboteur)': /사보타주|파괴자/,
  변이: /돌연변이/,
  '기준 구현(oracle)': /오라클|신탁/,
  '상대, 비교 대상': /맞상대|피어(?!나)|경쟁자/,
  차이: /일탈/,
  속성: /프로퍼티/,
  시드: /씨앗/,
  천장: /한계선/,
  '라운드, 중앙값, 폭': /회차|중간값|산포/,
  프로미스: /프라미스/,
  이터레이터: /반복자|반복기/,
  관찰: /엿보|도청/,
  단계: /가로대|스테이지/,
  낱말: /단어/,
  '중계 프로그램': /릴레이/,
  '보내다, 먼저 보내다': /말을 걸|먼저 말하/,
  '아무것도 보내지 않다': /침묵/,
  '(no translated syntax)': /에 의해|에 대해서|되어지|되어집|것이 가능|눈감아|귀 기울/,
  '(a particle is joined)': /[`)] (은|는|을|를|이|가|의|와|과|로|에|에서)(?= )/,
  '(a Korean unit is joined)':
    /[\d}] (바이트|개|초|분|줄|번|명)(?![가-힣])|[\d}] (바이트|개|초|번|명)(?=[을를이가은는의로에])/,
  '(a Latin unit is not)': /\d(KiB|MiB|ms|%)/,
};

interface Finding {
  readonly said: string;
  readonly settled: string;
}

function wrongWords(line: string): Finding[] {
  return Object.entries(WORDS).flatMap(([settled, pattern]) => {
    const [said] = pattern.exec(line) ?? [];
    return said === undefined ? [] : [{ said, settled }];
  });
}

/** Lines with Korean. Code in prose keeps its names; what the note of the lab quotes is not ours. */
function koreanLines(path: string): [where: string, line: string][] {
  const text = readFileSync(join(root, path), 'utf8');
  const prose = path.endsWith('.md') ? text.replace(/`[^`\n]+`/g, '``') : text;
  return prose
    .split('\n')
    .map((line, i): [string, string] => [`${path}:${i + 1}`, line])
    .filter(([, line]) => /[가-힣]/.test(line) && !/^\s*note: \{/.test(line));
}

const readmes = ['.', ...packages.map((name) => `packages/${name}`)].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.ko.md'))
    .map((name) => join(folder, name)),
);
const FOLDERS = ['lab/src', 'lab/examples', 'learn/src', 'learn/rungs', 'explain/src'];
const sources = FOLDERS.flatMap((folder) => sourcesIn(`packages/${folder}`));

test('one word for one thing', () => {
  const lines = [...readmes, ...sources].flatMap(koreanLines);
  expect(readmes).toHaveLength(packages.length + 1);
  expect(lines.length).toBeGreaterThan(1000);
  const findings = lines.flatMap(([where, line]) =>
    wrongWords(line).map(({ said, settled }) => `${where}: ${said}; we say: ${settled}`),
  );
  expect(findings).toEqual([]);
});

/** What a translation has as often as its source: headings by their level, rows, blocks, and where it leads. */
function shapeOf(page: string): { marks: string[]; links: string[] } {
  const lines = page.split('\n');
  const marks = lines.flatMap((line) => /^(#{1,4} |\||```| *<img )/.exec(line)?.[1] ?? []);
  const links = [...page.matchAll(/\]\(([^)#]+)/g)].map(([, target = '']) => target.replace('.ko.md', '.md'));
  return { marks, links: links.filter((target) => target !== 'README.md').sort() };
}

test.each(readmes)('%s has all that the English page has', (path) => {
  const [korean, english] = [path, path.replace('.ko.md', '.md')].map((one) =>
    readFileSync(join(root, one), 'utf8'),
  );
  expect(shapeOf(korean!)).toEqual(shapeOf(english!));
  for (const [page, other] of [
    [korean!, '[English](README.md)'],
    [english!, '[한국어](README.ko.md)'],
  ] as const)
    expect(page.split('## ')[0]).toContain(other);
});

test.each([
  ['웹소켓은 양방향입니다', '웹소켓'],
  ['온라인 게임의 시작 라인', '라인'],
  ['`close()` 를 부릅니다', '` 를'],
  ['64KiB를 받습니다', '4KiB'],
  ['연결 3 개를 엽니다', '3 개'],
])('offends: %s', (line, said) => expect(wrongWords(line).map((one) => one.said)).toEqual([said]));

test('passes: words that only look like it', () => {
  expect(wrongWords('온라인 게임은 64 KiB를 10초에 3번, `close()`를 부르고 연결을 끊습니다')).toEqual([]);
});
