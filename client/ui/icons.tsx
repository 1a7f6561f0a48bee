// The page's icons: drawn on a 20 px grid in the colour of the text beside them, and always next to or behind words.
import type { ComponentChildren, JSX } from 'preact'

type IconProps = { size?: number }

const icon =
  (children: ComponentChildren) =>
  ({ size = 20 }: IconProps): JSX.Element => (
    <svg
      width={`${size / 16}rem`}
      height={`${size / 16}rem`}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  )

/** The mark of the product: a pen above a line. */
export const MarkIcon = icon(
  <>
    <path d="M4 16.5h12" />
    <path d="m6 13 .6-2.5 6.9-7a1.5 1.5 0 0 1 2.2 2.1l-6.9 6.9z" />
  </>,
)
export const PeopleIcon = icon(
  <>
    <circle cx="7.5" cy="6.75" r="2.75" />
    <path d="M2.5 16c.3-2.9 2.3-4.5 5-4.5s4.7 1.6 5 4.5" />
    <path d="M13 4.2a2.75 2.75 0 0 1 0 5.1M15 12c1.5.7 2.3 2.1 2.5 4" />
  </>,
)
export const ChatIcon = icon(
  <path d="M4.5 3.5h11a1.5 1.5 0 0 1 1.5 1.5v7.5a1.5 1.5 0 0 1-1.5 1.5H9.5l-3.75 3v-3H4.5A1.5 1.5 0 0 1 3 12.5V5a1.5 1.5 0 0 1 1.5-1.5z" />,
)
export const ShareIcon = icon(
  <>
    <path d="M8.5 11.5a3.2 3.2 0 0 0 4.6.3l2.5-2.5a3.2 3.2 0 0 0-4.6-4.6l-1.2 1.2" />
    <path d="M11.5 8.5a3.2 3.2 0 0 0-4.6-.3l-2.5 2.5a3.2 3.2 0 0 0 4.6 4.6l1.2-1.2" />
  </>,
)
export const SystemIcon = icon(
  <>
    <rect x="3" y="4" width="14" height="9.5" rx="1.5" />
    <path d="M7.5 16.5h5" />
  </>,
)
export const SunIcon = icon(
  <>
    <circle cx="10" cy="10" r="3" />
    <path d="M10 2.75v1.5M10 15.75v1.5M2.75 10h1.5M15.75 10h1.5M4.9 4.9l1 1M14.1 14.1l1 1M15.1 4.9l-1 1M5.9 14.1l-1 1" />
  </>,
)
export const MoonIcon = icon(<path d="M16.5 11.8A6.75 6.75 0 0 1 8.2 3.5a6.75 6.75 0 1 0 8.3 8.3z" />)
export const CloseIcon = icon(<path d="m5.5 5.5 9 9m0-9-9 9" />)
export const CheckIcon = icon(<path d="m4.5 10.5 3.7 3.7 7.3-8" />)
export const SendIcon = icon(<path d="M10 16V4.5M5 9.25l5-5 5 5" />)
export const OfflineIcon = icon(
  <>
    <path d="M3 3.5 16.5 17" />
    <path d="M6.6 7.2A4 4 0 0 0 6 15h8m2.6-1.3a3 3 0 0 0-1.9-5.2 5 5 0 0 0-5.3-3.4" />
  </>,
)
export const EyeIcon = icon(
  <>
    <path d="M2.5 10S5.25 5 10 5s7.5 5 7.5 5-2.75 5-7.5 5-7.5-5-7.5-5z" />
    <circle cx="10" cy="10" r="2.25" />
  </>,
)
export const AlertIcon = icon(
  <>
    <path d="M10 3 2.5 16h15z" />
    <path d="M10 8v3.5M10 13.75v.01" />
  </>,
)
export const ReloadIcon = icon(<path d="M16 10a6 6 0 1 1-1.8-4.3L16 7.5M16 3.5v4h-4" />)
export const MoreIcon = icon(<path d="M4.5 10h.01M10 10h.01M15.5 10h.01" stroke-width="2.5" />)
export const LockIcon = icon(
  <>
    <rect x="4.5" y="9" width="11" height="7.5" rx="1.5" />
    <path d="M7 9V6.5a3 3 0 0 1 6 0V9" />
  </>,
)
export const QuoteIcon = icon(
  <path d="M8 6.5c-2.500.8-3.500 2.500-3.500 5V14h4v-4h-2m9-3.500c-2.500.8-3.500 2.500-3.500 5V14h4v-4h-2" />,
)
export const PinIcon = icon(<path d="M7.500 3.500h5l-.7 5 2.700 3h-9l2.700-3zM10 11.500v5" />)
export const PenIcon = icon(<path d="m4.5 15.5.7-3 7.9-8a1.6 1.6 0 0 1 2.3 2.3l-7.9 8zM11.5 6l2.5 2.5" />)
export const ColumnsIcon = icon(
  <>
    <rect x="3" y="4" width="14" height="12" rx="1.5" />
    <path d="M10 4v12" />
  </>,
)
export const ReadIcon = icon(
  <path d="M10 5.5C8.5 4.4 6 4 3 4.2v11c3-.2 5.500.2 7 1.3 1.500-1.100 4-1.500 7-1.300v-11C14 4 11.500 4.400 10 5.500zm0 0v11" />,
)
