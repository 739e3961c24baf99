import { VerifySample } from '../../blocks/verify-sample.tsx';

export function VerifyFluxDesk() {
  return (
    <VerifySample
      path="/fluxdesk"
      signatureHeader="X-FluxDesk-Signature"
      scheme="v1="
      secretName="FLUXDESK_SECRET"
      members={['type', 'title']}
      headers={[
        ['X-FluxDesk-Signature', 'v1= and the HMAC in hexadecimal'],
        ['X-FluxDesk-Event-Type', 'The type, such as task_assigned'],
        ['X-FluxDesk-Delivery-Id', 'A UUID, the same in every attempt'],
      ]}
    />
  );
}
