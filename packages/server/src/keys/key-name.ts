import { HoldfastError } from "@holdfast/protocol";

const NAME_CHARS_MAX = 100;

/** What people call a key. @throws HoldfastError `request_invalid` for one that nobody could read, or that reads as another */
export function checkKeyName(name: string): void {
  if (name.trim() === "" || name.length > NAME_CHARS_MAX || /\p{C}/u.test(name))
    throw new HoldfastError("request_invalid", `A key's name is 1 to ${NAME_CHARS_MAX} visible characters.`);
}
