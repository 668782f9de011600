/** A text in both languages, side by side, so that the types say if one is missing. */
export interface Text {
  readonly en: string;
  readonly ko: string;
}

export type Language = keyof Text;
