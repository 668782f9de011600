/** What explain says stands in both languages side by side, so that the types tell if one is missing. */
export type Language = 'en' | 'ko';

export type Text = Readonly<Record<Language, string>>;
