// Names of files on macOS: most volumes fold case and accents, and Seatbelt compares what is stored.

export const namesAreExact = false;
