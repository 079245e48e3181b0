import { simpleSamlPhpMissing } from "./simplesamlphp-installed.ts";
import { startSimpleSamlPhp } from "./simplesamlphp.ts";
import { tellStory } from "./story.ts";
import { USERS } from "./users.ts";
import { withProvider } from "./with-provider.ts";

const vendor = "SimpleSAMLphp";

withProvider(vendor, simpleSamlPhpMissing(), startSimpleSamlPhp, (provider) =>
  tellStory({
    vendor,
    provider,
    refuses: /Unable to validate signature|no signature found on message/,
    manners: [
      { signs: "assertion", encrypts: false },
      { signs: "response", encrypts: false },
      // It encrypts by AES-CBC, which is taken only where the response around it is signed.
      { signs: "response", encrypts: true },
      { signs: "both", encrypts: true },
    ],
    async signInThere(page, user) {
      await page.locator("#username").fill(user);
      await page.locator("#password").fill(USERS[user].password);
      await page.locator('button[type="submit"], input[type="submit"]').first().click();
    },
  }),
);
