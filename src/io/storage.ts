// io/storage: layer 8. What accesses to a file need of it, wherever it is: disk.ts where this rank has it open itself,
// served-disk.ts where rank 0 does. Used by all that moves data.
export interface Storage {
  /** As the script named it. */
  readonly path: string;
  /** Bytes in the file; where it is elsewhere, as far as this rank has heard. */
  readonly size: number;
  /** Fills `bytes` from this byte of the file on. @returns how many there were before the end of the file */
  read(bytes: Uint8Array, offset: number): Promise<number>;
  /** Writes all of `bytes`. @throws Exception; then a part from the beginning may have been written */
  write(bytes: Uint8Array, offset: number): Promise<void>;
  resize(bytes: number): void;
  /** Makes sure that the first `bytes` bytes have their place on the disk. */
  reserve(bytes: number): void;
  /** Everything that has been written is on the disk after this. */
  sync(): Promise<void>;
  /** Hears what has changed. */
  refresh(): Promise<void>;
  close(): void;
}
