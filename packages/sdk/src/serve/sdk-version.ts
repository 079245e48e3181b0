/** This SDK's version, which a test holds against the manifest. */
export const SDK_VERSION = "0.1.0";

/** How this SDK is named on the wire: in `x-inngest-sdk`, and in registrations. */
export const SDK_NAME = `holdfast-js:v${SDK_VERSION}`;
