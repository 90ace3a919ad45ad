declare module 'virtual:colours' {
  /** Tables of 256 colours of three bytes, in base64, by name. */
  export const MAPS: Record<string, { group: 'sequential' | 'diverging' | 'cyclic'; table: string }>;
}
