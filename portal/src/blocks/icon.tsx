/** Strokes on a field of 20 by 20. */
const strokes = {
  home: 'M3 9.5 10 4l7 5.5V16a1 1 0 0 1-1 1h-4v-5H8v5H4a1 1 0 0 1-1-1z',
  deliveries: 'M3 10h11M10 5.5 14.5 10 10 14.5M17 4v12',
  endpoints: 'M8 3v4M12 3v4M5.5 7h9v3a4.5 4.5 0 0 1-9 0zM10 14.5V17',
  person: 'M10 10a3.25 3.25 0 1 0 0-6.5A3.25 3.25 0 0 0 10 10zM3.5 17c.8-3 3.3-4.5 6.5-4.5S15.7 14 16.5 17',
  bell: 'M5 13.5V9a5 5 0 0 1 10 0v4.5l1.25 1.5H3.75zM8.5 17h3',
  webhook: 'M7 8.5a3 3 0 1 1 4.5-2L13.5 11M5 10.5a3 3 0 1 0 3.5 3h5M14 11a3 3 0 1 1-2 5',
  code: 'M7 6 3 10l4 4M13 6l4 4-4 4',
  plug: 'M7 3v4M13 3v4M5 7h10v4a5 5 0 0 1-10 0zM10 16v2',
  shield: 'M10 2.5 16 5v4.5c0 4-2.5 6.5-6 8-3.5-1.5-6-4-6-8V5z',
  people:
    'M7.5 9.5a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5zM2.5 16c.6-2.5 2.5-4 5-4s4.4 1.5 5 4M13 4.5a2.5 2.5 0 0 1 0 5M14.5 12.5c1.6.5 2.6 1.7 3 3.5',
  list: 'M7 5h10M7 10h10M7 15h10M3.5 5h.01M3.5 10h.01M3.5 15h.01',
  sun: 'M10 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM10 2.5v1.5M10 16v1.5M2.5 10H4M16 10h1.5M4.7 4.7l1 1M14.3 14.3l1 1M4.7 15.3l1-1M14.3 5.7l1-1',
  moon: 'M16 12a6.5 6.5 0 0 1-8-8 6.5 6.5 0 1 0 8 8z',
  leave: 'M8 4H4.5v12H8M12.5 6.5 16 10l-3.5 3.5M16 10H8',
  copy: 'M7 7h9v9H7zM4 13V4h9',
  check: 'm4 10.5 4 4 8-9',
  plus: 'M10 4v12M4 10h12',
  turn: 'm8 5.5 4.5 4.5L8 14.5',
  trash: 'M4 6h12M8 6V4h4v2M6 6l.7 10.5h6.6L14 6',
  pencil: 'M4 16l.7-3.3L13 4.5 15.5 7l-8.2 8.3z',
  dots: 'M5 10h.01M10 10h.01M15 10h.01',
} as const;

export type IconName = keyof typeof strokes;

/** Beside words that say the same; so it says nothing itself. */
export function Icon({ name, size = 18, className }: { name: IconName; size?: number; className?: string }) {
  return (
    <svg
      viewBox="0 0 20 20"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      {...(className === undefined ? {} : { className })}
    >
      <path d={strokes[name]} />
    </svg>
  );
}
