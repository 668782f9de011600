/** @jsxRuntime automatic @jsxImportSource preact */
/**
 * The settings of the next run: a slider for each, and some that are worth a look. A slider stops at round values; one that
 * came from elsewhere stays as it is until the slider is moved.
 */
import type { Signal } from '@preact/signals';
import type { VNode } from 'preact';
import type { Language, Text } from '../text.ts';
import { amountOf, SETTINGS, type SettingKey, type Settings, settingKeys, settingsOf } from './settings.ts';

interface Preset {
  readonly name: Text;
  readonly settings: Partial<Settings>;
}

const PRESETS: readonly Preset[] = [
  { name: { en: 'A ticker', ko: '시세' }, settings: {} },
  {
    name: { en: 'A distant server', ko: '먼 서버' },
    settings: { delay: 100, poll: 200 },
  },
  {
    name: { en: 'A bad line', ko: '나쁜 회선' },
    settings: { rate: 50, delay: 20, loss: 5, seconds: 3 },
  },
  {
    name: { en: 'Many listeners', ko: '많은 클라이언트' },
    settings: { clients: 50, poll: 200 },
  },
  {
    name: { en: '1,000 a second, one needed', ko: '초당 1,000회, 필요한 것은 하나' },
    settings: { rate: 1000, poll: 1000, seconds: 3 },
  },
];

const WORDS = {
  presets: { en: 'Settings to begin with', ko: '설정 예시' },
};

export function Presets({ settings, language }: { settings: Signal<Settings>; language: Language }): VNode {
  return (
    <ul class="presets in-row" aria-label={WORDS.presets[language]}>
      {PRESETS.map(({ name, settings: given }) => (
        <li key={name.en}>
          <button
            type="button"
            onClick={() => {
              settings.value = settingsOf(given);
            }}
          >
            {name[language]}
          </button>
        </li>
      ))}
    </ul>
  );
}

export function Sliders({ settings, language }: { settings: Signal<Settings>; language: Language }): VNode {
  const set = (key: SettingKey, value: number) => {
    settings.value = { ...settings.value, [key]: value };
  };
  return (
    <fieldset class="settings">
      {settingKeys.map((key) => {
        const value = settings.value[key];
        return (
          <div key={key}>
            <label for={key}>{SETTINGS[key].name[language]}</label>
            {key === 'seed' ? (
              <NumberField name={key} value={value} set={set} />
            ) : (
              <Slider name={key} value={value} amount={amountOf(key, value, language)} set={set} />
            )}
          </div>
        );
      })}
    </fieldset>
  );
}

interface FieldProps {
  readonly name: SettingKey;
  readonly value: number;
  readonly set: (key: SettingKey, value: number) => void;
}

function Slider({ name, value, amount, set }: FieldProps & { readonly amount: string }): VNode {
  const { stops } = SETTINGS[name];
  const after = stops.findIndex((stop) => stop >= value);
  return (
    <>
      <span aria-hidden="true">{amount}</span>
      <input
        id={name}
        type="range"
        min={0}
        max={stops.length - 1}
        value={after === -1 ? stops.length - 1 : after}
        aria-valuetext={amount}
        onInput={({ currentTarget }) => set(name, stops[currentTarget.valueAsNumber]!)}
      />
    </>
  );
}

function NumberField({ name, value, set }: FieldProps): VNode {
  const { stops } = SETTINGS[name];
  return (
    <input
      id={name}
      type="number"
      min={stops[0]}
      max={stops.at(-1)}
      value={value}
      onInput={({ currentTarget }) => set(name, currentTarget.valueAsNumber)}
    />
  );
}
