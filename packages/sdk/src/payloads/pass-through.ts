import type { PayloadStage } from "./contract.ts";

/** The stage of an app that seals nothing: every value passes as it is. */
export const passThrough: PayloadStage = {
  isSealing: false,
  seal: (value) => value,
  open: (value) => value,
  sealData: (data) => data,
  openData: (data) => ({ data }),
  sealError: (error) => error,
  openError: (error) => error,
  sealName: (name) => name,
};
