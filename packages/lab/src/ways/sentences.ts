/** What a run says, in sentences: every figure in them is the run's own, and so is the verdict. */
import { decimal, whole } from '../page/format.ts';
import type { Text } from '../text.ts';
import type { Comparison } from './compare.ts';
import type { Result } from './result.ts';
import type { Settings } from './settings.ts';
import { cpuPercent } from './table.ts';

/** Three sentences, or none before the run is done. */
export function sentencesOf({ state, settings, results }: Comparison): Text[] {
  if (state !== 'done') return [];
  const all = results as Required<typeof results>;
  return [overhead(all), settings.loss > 0 ? loss(all) : ages(all, settings), verdict(all, settings)];
}

type Results = Required<Comparison['results']>;

function overhead({ webSocket, serverSentEvents, httpKeepAlive, httpClose }: Results): Text {
  const [ws, sse, kept, closed] = [webSocket, serverSentEvents, httpKeepAlive, httpClose].map((result) =>
    decimal(result.laterOverhead ?? result.overhead, 1),
  );
  return {
    en: `Beyond the update itself, a WebSocket needed ${ws} bytes for each, server-sent events ${sse}, a request on a kept connection ${kept}, and one on a connection of its own ${closed}.`,
    ko: `업데이트 하나에 내용 말고 더 든 바이트는 WebSocket이 ${ws}바이트, SSE가 ${sse}바이트, 연결을 유지한 요청이 ${kept}바이트, 매번 연결한 요청이 ${closed}바이트입니다.`,
  };
}

function ages({ webSocket, longPoll, httpKeepAlive }: Results, { poll }: Settings): Text {
  const [ws, long, kept] = [webSocket, longPoll, httpKeepAlive].map(({ ageMedian }) => decimal(ageMedian, 1));
  return {
    en: `Half of the updates were younger than ${ws} ms on arrival over the WebSocket, than ${long} ms by long poll, and than ${kept} ms by asking ${whole(poll)} ms after each answer.`,
    ko: `도착한 업데이트의 나이는 중앙값으로 WebSocket이 ${ws} ms, 롱 폴링이 ${long} ms, 응답을 받고 ${whole(poll)} ms 뒤에 다시 묻는 폴링이 ${kept} ms입니다.`,
  };
}

function loss({ tcp, udp }: Results): Text {
  const due = udp.counted + udp.missed;
  const [byTcp, byUdp] = [decimal(tcp.ageP99, 1), decimal(udp.ageP99, 1)];
  return {
    en: `By TCP no update was lost, but one in a hundred was older than ${byTcp} ms: a lost segment holds up all that is behind it. By UDP that was ${byUdp} ms, and ${whole(udp.missed)} of ${whole(due)} never came.`,
    ko: `TCP로는 하나도 잃지 않았지만 백 개 가운데 하나는 도착하기까지 ${byTcp} ms보다 오래 걸렸습니다. 잃은 세그먼트 하나가 뒤의 것을 모두 붙잡기 때문입니다. UDP에서는 그 값이 ${byUdp} ms였고, ${whole(due)}개 가운데 ${whole(udp.missed)}개는 끝내 오지 않았습니다.`,
  };
}

function verdict({ webSocket, httpKeepAlive: kept }: Results, { poll }: Settings): Text {
  const asked = figures(kept);
  const pushed = figures(webSocket);
  // Half as many at most: who saves less has not gained much for what was missed.
  if (2 * bytesOf(kept) < bytesOf(webSocket)) {
    return {
      en: `For a reader who needs no more than one update every ${whole(poll)} ms, polling is the better choice here: on a kept connection it took ${asked.bytes} bytes and ${asked.cpu} % of a core, where the WebSocket took ${pushed.bytes} and ${pushed.cpu} %. For a reader who needs every update it is none: ${whole(kept.missed)} never came.`,
      ko: `${whole(poll)} ms에 업데이트 하나면 충분한 경우에는 폴링이 더 나은 선택입니다. 연결을 유지한 폴링은 ${asked.bytes}바이트와 코어의 ${asked.cpu} %를, WebSocket은 ${pushed.bytes}바이트와 ${pushed.cpu} %를 썼습니다. 모든 업데이트가 필요하다면 폴링은 답이 아닙니다. ${whole(kept.missed)}개가 끝내 오지 않았습니다.`,
    };
  }
  return {
    en: `Pushing is the better choice here: polling on a kept connection took ${asked.bytes} bytes, was answered in vain ${whole(kept.repeated)} times of ${whole(kept.requests)}, and missed ${whole(kept.missed)} updates; the WebSocket took ${pushed.bytes} bytes for all of them.`,
    ko: `이 설정에서는 푸시가 더 나은 선택입니다. 연결을 유지한 폴링은 ${asked.bytes}바이트를 쓰고, 요청 ${whole(kept.requests)}번 가운데 ${whole(kept.repeated)}번은 헛된 응답을 받았으며, 업데이트 ${whole(kept.missed)}개를 놓쳤습니다. WebSocket은 모든 업데이트를 ${pushed.bytes}바이트로 받았습니다.`,
  };
}

function figures(result: Result): { bytes: string; cpu: string } {
  return { bytes: whole(bytesOf(result)), cpu: decimal(cpuPercent(result), 1) };
}

function bytesOf({ sent, received }: Result): number {
  return sent + received;
}
