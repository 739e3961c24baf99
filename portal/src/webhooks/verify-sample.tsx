import { Stack, Text } from '@mantine/core';
import { BodyText, CopyButton } from '../blocks/body-text.tsx';
import { Facts } from '../blocks/facts.tsx';
import { Section } from '../blocks/page.tsx';

/** What tells the receivers of one product apart from those of another. */
export interface SampleDescription {
  /** Of the receiver, in the sample. */
  readonly path: `/${string}`;
  readonly signatureHeader: string;
  /** What stands before the hexadecimal digits. */
  readonly scheme: string;
  /** Environment variable with the secret, in the sample. */
  readonly secretName: string;
  /** Members of the body that the sample prints. */
  readonly members: readonly string[];
  /** Every header of a delivery, and what it says. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What a receiver gets, and a whole receiver for Node and Express that believes only what is signed. */
export function VerifySample(props: SampleDescription) {
  const code = sampleOf(props);
  return (
    <Section title="Verify what arrives" actions={<CopyButton text={code} label="Copy the sample" />}>
      <Stack gap="md">
        <Text fz="sm">
          The signature covers the bytes of the body as they were sent. Take the raw body, compute HMAC-SHA256
          with your secret, compare in constant time, and only then parse. A delivery that is tried again
          keeps its id: do what it asks once.
        </Text>
        <Facts mono of={props.headers} />
        <BodyText label="Sample for Node and Express" text={code} />
      </Stack>
    </Section>
  );
}

function sampleOf({ path, signatureHeader, scheme, secretName, members }: SampleDescription): string {
  return `import { createHmac, timingSafeEqual } from 'node:crypto';
import express from 'express';

const secret = process.env.${secretName};

function isSigned(rawBody, header = '') {
  const digest = createHmac('sha256', secret).update(rawBody).digest('hex');
  const expected = Buffer.from(\`${scheme}\${digest}\`);
  const claimed = Buffer.from(header);
  return claimed.length === expected.length && timingSafeEqual(claimed, expected);
}

const app = express();
// express.raw hands over the bytes; express.json would have lost them.
app.post('${path}', express.raw({ type: 'application/json' }), (request, response) => {
  if (!Buffer.isBuffer(request.body) || !isSigned(request.body, request.get('${signatureHeader}')))
    return response.sendStatus(401);
  const { ${members.join(', ')} } = JSON.parse(request.body.toString('utf8'));
  response.sendStatus(204);
  console.log(${members.join(', ')});
});
app.listen(8787);
`;
}
