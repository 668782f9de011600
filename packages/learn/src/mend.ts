/** A fault to find: our rung with one change, in a copy of its own, asked for the goals that fail of it. */
import { askGoal } from './ask.ts';
import { progressLine, type Settings } from './check.ts';
import { makeMend } from './copies.ts';
import { askedTrackOf } from './probes.ts';
import { commandFor, printedText, startProgram } from './program.ts';
import type { Language, Rung } from './rung.ts';
import { formatGoal } from './story.ts';
import { indented } from './text.ts';

/** @returns whether it is mended */
export async function mend(rung: Rung, settings: Settings): Promise<boolean> {
  const { language, quiet, call } = settings;
  const words = WORDS[language];
  const path = makeMend(rung);
  process.stdout.write(`${words.where(path)}\n${indented(rung.mend.symptom[language])}\n`);
  const program = await startProgram(commandFor(path), { language });
  try {
    for (const probe of rung.mend.fails) {
      progressLine(false, words.asking(probe));
      const goal = await askGoal({ ...program, path: '/' }, askedTrackOf(rung), probe, { quiet });
      progressLine(false, '');
      const isHeld = goal.finding.verdict === 'held';
      process.stdout.write(`${isHeld ? words.held : words.notYet}  ${probe}\n`);
      if (isHeld) continue;
      process.stdout.write(
        `${formatGoal(goal, rung.track, language)}${printedText(program.printed(), language)}\n${words.again(path, `${call} ${rung.track} ${rung.number} mend`)}\n`,
      );
      return false;
    }
  } finally {
    await program.stop();
  }
  process.stdout.write(
    `\n${words.mended}\n${indented(`- ${rung.mend.by}`)}${indented(`+ ${rung.mend.replaced}`)}`,
  );
  return true;
}

const WORDS = {
  en: {
    where: (path: string) => `${path} is our rung with one fault. What is seen:`,
    asking: (probe: string) => `asking ${probe}...`,
    held: 'held   ',
    notYet: 'not yet',
    again: (path: string, command: string) => `Mend it in ${path}; ${command} asks again.`,
    mended: 'Mended. The fault, and what stands in ours:',
  },
  ko: {
    where: (path: string) => `${path} 파일은 우리 파일에 고장 하나를 넣은 것입니다. 증상:`,
    asking: (probe: string) => `${probe} 묻는 중...`,
    held: '지킴',
    notYet: '아직',
    again: (path: string, command: string) => `${path} 파일을 고친 뒤 ${command}로 다시 물어보십시오.`,
    mended: '고쳤습니다. 고장이었던 줄과 우리 파일의 줄:',
  },
} satisfies Record<Language, unknown>;
