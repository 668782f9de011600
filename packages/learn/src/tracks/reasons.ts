/** Why each goal matters, in Korean: in English its probe says so, and what is said here is the same. A test holds that none is missing. */
import type { Language } from '../rung.ts';

export const REASONS: Readonly<Record<string, string>> = {
  // tcp
  'echo/two-at-once':
    '클라이언트 하나가 아무것도 보내지 않아도 다른 클라이언트는 답을 받습니다. accept()가 연결마다 소켓을 따로 주기 때문입니다',
  'echo/again': '첫 클라이언트가 끝난 뒤에도, 스무 번째가 끝난 뒤에도 서버는 계속합니다',
  'echo/octets': '바이트는 텍스트가 아닙니다. UTF-8이 아닌 바이트는 문자열로 바꾸었다가 되돌릴 때 사라집니다',
  'echo/survives-reset':
    '클라이언트가 연결을 끊으면(RFC 9293 3.5.3) 그 연결만 끝납니다. 서버는 끝나지 않습니다',
  'lengths/two-lines-in-one':
    'write() 한 번에 메시지 둘이 올 수 있습니다. read() 한 번이 메시지 하나는 아닙니다',
  'lengths/line-in-three':
    '메시지 하나가 read() 세 번에 걸쳐 올 수도 있고, 그 첫 read()에 앞 메시지의 끝이 들어 있을 수도 있습니다',
  'lengths/hangul-cut':
    'TCP는 바이트 사이를 자르므로 글자 가운데도 자릅니다. 글자의 일부는 아직 텍스트가 아닙니다',
  'lengths/line-over-limit': '끝나지 않는 줄은 클라이언트마다 마음껏 쓰는 서버의 메모리입니다',
  'echo/unread-stops':
    'TCP는 보내는 쪽을 스스로 늦춥니다(RFC 9293 3.8.6). 서버가 오는 대로 모두 메모리에 담으면 늦추지 못합니다',
  'echo/unread-all-comes': '읽기를 멈춘 서버는 그때마다 다시 읽기 시작해야 합니다',
  'total/after-end':
    'Node는 기본적으로 클라이언트가 끝내면 서버 쪽 방향도 닫습니다. 그 뒤에 보내려던 것은 도착하지 않습니다',
  'total/reset-is-no-end':
    '리셋(RST)은 연결 하나를 끊습니다. 그 연결에는 답을 받을 상대가 없고, 다른 연결은 이 일을 모릅니다',
  'total/idle-is-ended':
    '네트워크가 끊긴 클라이언트는 FIN을 보내지 못합니다. 그대로 두면 연결이 영원히 남습니다',
  'total/no-answer-lost-by-reset':
    '읽지 않은 바이트가 남은 채 답하고 닫으면 리셋(RST)이 나가고, 그 때문에 답이 사라질 수 있습니다',
  // http
  'response/status-line': '버전, SP, 숫자 세 자리, SP입니다. 사유 문구가 비어 있어도 같습니다',
  'fields/whole-section':
    '아직 오지 않은 줄이 요청의 뜻을 바꿀 수 있습니다. 빈 줄이 오기 전에는 아무것도 하지 않습니다',
  'methods/head': 'GET과 HEAD는 모든 서버에 있는 두 메서드입니다',
  'response/date': '캐시는 이 값으로 응답의 나이를 셉니다',
  'connection/persists': 'HTTP/1.1은 연결을 유지합니다. 유지하지 않는 쪽은 close를 보냅니다',
  'connection/pipelined': '한 번에 온 요청에도 모두, 온 순서대로 답합니다',
  'methods/head-content': 'HEAD 응답 뒤에 본문을 보내면 클라이언트는 그것을 다음 응답의 시작으로 읽습니다',
  'content-length/exact':
    '앞에 0이 몇 개 있든 십진수로 읽어 꼭 그만큼의 바이트를 읽습니다. 그 뒤가 다음 요청입니다',
  'content-length/binary':
    '본문은 바이트입니다. 0도, 줄 끝도, 청크처럼 생긴 것도 본문에서는 특별하지 않습니다',
  'connection/persists-after-content': '필요 없는 본문이라도 끝까지 읽습니다',
  'limits/content-100000': '헤드를 읽는 어떤 버퍼보다도 큰 본문입니다',
  'request-line/four-words':
    '낱말이 하나 더 있는 줄을 고쳐서 읽으면, 앞에 있는 필터가 보지 못한 뜻이 될 수 있습니다',
  'request-line/version-2.0': '여기서 지원하지 않는 주 버전에서는 규칙이 다릅니다. 프레이밍도 다릅니다',
  'fields/space-before-colon':
    '어떤 상대는 이 필드를 읽고 어떤 상대는 읽지 않습니다. 요청 스머글링에 쓰인 방법입니다',
  'host/missing': 'HTTP/1.1 요청에는 요청 대상이 무엇이든 Host가 하나 있습니다',
  'host/repeated-other': '어떤 상대는 첫 Host를, 그다음 상대는 마지막 Host를 믿습니다',
  'target/asterisk-get': '"*"는 서버 전체를 뜻하며, 이것을 묻는 메서드는 OPTIONS뿐입니다',
  'chunked/several': '청크는 이음매 없이 이어 붙입니다',
  'chunked/trailer': '마지막 청크 뒤의 필드는 이 요청의 것입니다',
  'chunked-broken/nothing-after-data':
    '크기 뒤와 데이터 뒤에는 CRLF가 옵니다. 헤드에서는 LF 하나도 받아 주지만 여기서는 아닙니다',
  'slow/between-cr-and-lf': 'CR에서 끝난 패킷은 아직 틀린 것이 아닙니다',
  'transfer-encoding/smuggled-in-length':
    'CL.TE: 길이로 읽으면 요청 하나, 코딩으로 읽으면 둘입니다. 두 번째에 답하면 안 됩니다',
  'content-length/differing-two-lines': '길이가 둘이면 다음 요청이 시작하는 곳도 둘입니다',
  'transfer-encoding/not-chunked-nbsp':
    '마지막 코딩이 chunked가 아니므로 본문이 어디서 끝나는지 알 수 없습니다. 한쪽은 chunked로 읽고 한쪽은 아니라면 요청 스머글링이 됩니다',
  'expect/continue':
    '클라이언트는 무언가 들을 때까지 본문을 보내지 않습니다. 서버가 본문을 기다리면 서로 기다리기만 합니다',
  'expect/continue-case':
    '클라이언트는 무언가 들을 때까지 본문을 보내지 않습니다. 서버가 본문을 기다리면 서로 기다리기만 합니다',
  'expect/continue-chunked': '본문이 chunked여도 같습니다. 그 뒤에도 연결은 계속됩니다',
  'limits/head-endless':
    '끝나지 않는 헤드는 클라이언트마다 마음껏 쓰는 서버의 메모리입니다. 1 MB를 담는 버퍼는 지나칩니다',
  'chunked/extension-endless': '청크 확장은 서버의 시간만 쓰고 얻는 것이 없습니다. 어디선가 끊어야 합니다',
  'limits/refusal-arrives':
    '클라이언트는 대개 본문을 다 보낸 뒤에 읽습니다. 서버가 먼저 닫거나 읽기를 멈추면 이유를 끝내 모릅니다',
  // ws
  'opening/plain': 'RFC 6455 1.3에 있는 오프닝 핸드셰이크입니다',
  'opening/accept-of-key-1': 'Accept는 보내온 키 그대로 계산합니다',
  'sizes/text-of-125':
    '길이는 7, 16, 64비트입니다. 페이로드는 꼭 그만큼이며, 한 바이트도 많거나 적지 않습니다',
  'utf8/each-length': 'UTF-8입니다. 받은 그대로 돌려보냅니다',
  'sizes/text-of-126':
    '길이는 7, 16, 64비트입니다. 페이로드는 꼭 그만큼이며, 한 바이트도 많거나 적지 않습니다',
  'sizes/binary-of-65536':
    '길이는 7, 16, 64비트입니다. 페이로드는 꼭 그만큼이며, 한 바이트도 많거나 적지 않습니다',
  'ping/of-125':
    'Pong에는 Ping의 바이트가 모두, 그것만 들어갑니다. 이 자리에서 메모리가 새어 나간 적이 있습니다',
  'pong/unasked': '한 방향으로만 보내는 하트비트입니다. 답하지도 끝내지도 않습니다',
  'closing/server-ends-tcp':
    'Close가 양쪽에서 한 번씩 오가면 서버가 곧바로 TCP 연결을 닫습니다. 그래서 TIME_WAIT는 서버에 남습니다',
  'fragments/two': '메시지의 타입은 첫 프레임의 타입입니다',
  'between/ping': '이것이 안 되면 긴 메시지가 오가는 동안 상대가 아직 있는지 알 수 없습니다',
  'utf8/first-of-two-in-two-frames':
    '글자는 조각의 끝에서 잘릴 수 있습니다. UTF-8이어야 하는 것은 메시지 전체입니다',
  'masking/unmasked-text':
    '마스크는 스크립트가 보낸 것을 프록시가 HTTP로 읽지 못하게 합니다. 마스크 없는 프레임을 받아 주는 서버는 공격을 돕습니다',
  'reserved/rsv1-on-text': '어느 확장도 뜻을 정하지 않은 비트는 실수이거나, 협상하지 않은 확장입니다',
  'order/text-within-text': '메시지를 서로 섞어 보내면 안 됩니다',
  'control/fragmented-ping': '제어 프레임은 나누지 않습니다. 그래야 메시지의 조각 사이에 올 수 있습니다',
  'opening/no-key': 'WebSocket을 요청했다는 증거가 없습니다',
  'opening/connection-longer': '토큰의 일부는 그 토큰이 아닙니다',
  'opening/version-12-is-told-13': '여러 버전을 아는 클라이언트는 무엇으로 다시 시도할지 알게 됩니다',
  'not-utf8/lone-80':
    'UTF-8이 아닌 것은 텍스트로 애플리케이션에 가면 안 됩니다. U+FFFD로 바꾸어서도 안 됩니다',
  'close-codes/not-1005': '코드가 없다는 뜻의 값이며, 보내지 않습니다. 돌려보내지도 않습니다',
  'close-body/one-octet': '코드의 절반은 코드가 아닙니다',
};

/** `undefined` in Korean for what is no goal. */
export function reasonOf(
  probe: { readonly name: string; readonly why: string },
  language: Language,
): string | undefined {
  return language === 'en' ? probe.why : REASONS[probe.name];
}
