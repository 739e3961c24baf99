<?php
/**
 * Receives webhooks and verifies them; PHP 8.0 or newer, nothing to install.
 *
 *     CONTRACT=standard SECRET=whsec_... php -S 127.0.0.1:8080 receiver.php
 *
 * Each verify_... function stands alone: copy the one for your contract, and give it the header values as text and
 * the body as the bytes that arrived, before anything parsed them. It returns where the request is genuine and throws
 * where it is not. During a rotation, give both secrets; here they are separated by a space in SECRET.
 *
 * PHP joins a header that was sent twice with a comma: no value that these functions accept can come about that way.
 */

declare(strict_types=1);

/** Standard Webhooks, and so Fluxo and Flowlu: webhook-id, webhook-timestamp and webhook-signature. */
function verify_standard(string $id, string $timestamp, string $signatures, string $body, array $secrets): void
{
    if (!preg_match('/\A[\x21-\x2d\x2f-\x7e]{1,256}\z/', $id)) {
        throw new RuntimeException('malformed webhook-id');
    }
    if (!preg_match('/\A(?:0|[1-9][0-9]{0,11})\z/', $timestamp)) {
        throw new RuntimeException('malformed webhook-timestamp');
    }
    if (abs(time() - (int) $timestamp) > 300) {
        throw new RuntimeException('stale webhook-timestamp');
    }
    // "v1,<base64>" for each secret that signs, separated by spaces; schemes other than v1 may stand beside them.
    $given = explode(' ', $signatures);
    foreach ($given as $one) {
        if (!preg_match('/\A[A-Za-z0-9_-]{1,16},[A-Za-z0-9+\/=_-]+\z/', $one)) {
            throw new RuntimeException('malformed webhook-signature');
        }
    }
    foreach ($secrets as $secret) {
        $key = base64_decode(substr($secret, strlen('whsec_')), true);
        if ($key === false) {
            throw new RuntimeException('the secret is not "whsec_" and base64');
        }
        $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
        foreach ($given as $one) {
            if (hash_equals($expected, $one)) {
                return;
            }
        }
    }
    throw new RuntimeException('no signature matches');
}

/** FluxDesk: X-FluxDesk-Signature, over the body alone. */
function verify_fluxdesk(string $signature, string $body, array $secrets): void
{
    foreach ($secrets as $secret) {
        if (hash_equals('v1=' . hash_hmac('sha256', $body, $secret), $signature)) {
            return;
        }
    }
    throw new RuntimeException('X-FluxDesk-Signature does not match');
}

/** FlowBeacon: X-FB-Signature, over the time and the body. */
function verify_flowbeacon(string $signature, string $body, array $secrets): void
{
    if (!preg_match('/\At=(0|[1-9][0-9]{0,11}),v1=([0-9a-f]{64})\z/', $signature, $parts)) {
        throw new RuntimeException('malformed X-FB-Signature');
    }
    [, $timestamp, $given] = $parts;
    if (abs(time() - (int) $timestamp) > 300) {
        throw new RuntimeException('stale X-FB-Signature');
    }
    foreach ($secrets as $secret) {
        if (hash_equals(hash_hmac('sha256', "$timestamp.$body", $secret), $given)) {
            return;
        }
    }
    throw new RuntimeException('X-FB-Signature does not match');
}

/** Flowxtra: X-Flowxtra-Signature, over the body alone. The key is the secret's 64 characters as they are. */
function verify_flowxtra(string $signature, string $body, array $secrets): void
{
    foreach ($secrets as $secret) {
        if (hash_equals('sha256=' . hash_hmac('sha256', $body, $secret), $signature)) {
            return;
        }
    }
    throw new RuntimeException('X-Flowxtra-Signature does not match');
}

// Contract: its verify function, the headers that it needs, and the one that names the delivery.
$standard = ['verify_standard', ['webhook-id', 'webhook-timestamp', 'webhook-signature'], 'webhook-id'];
$contracts = [
    'standard' => $standard,
    'fluxo' => $standard,
    'flowlu' => $standard,
    'fluxdesk' => ['verify_fluxdesk', ['X-FluxDesk-Signature'], 'X-FluxDesk-Delivery-Id'],
    'flowbeacon' => ['verify_flowbeacon', ['X-FB-Signature'], null],
    'flowxtra' => ['verify_flowxtra', ['X-Flowxtra-Signature'], 'X-Flowxtra-Delivery'],
];
const LONGEST_BODY = 1024 * 1024;

/** Answers 204 or 401, and a few others to what is no webhook at all. */
function receive(array $contract, array $secrets): int
{
    [$verify, $names, $delivery] = $contract;
    if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
        return 405;
    }
    $body = file_get_contents('php://input', length: LONGEST_BODY + 1);
    if ($body === false || strlen($body) > LONGEST_BODY) {
        return 413;
    }
    $header = fn (string $name): string => $_SERVER['HTTP_' . strtoupper(strtr($name, '-', '_'))] ?? '';
    try {
        $verify(...[...array_map($header, $names), $body, $secrets]);
    } catch (RuntimeException $error) {
        // The reason is for this log: whoever forges requests need not be told.
        error_log('refused: ' . $error->getMessage());
        return 401;
    }
    // Every attempt at one delivery has the same id. Store it under a unique key, in the transaction that acts on the
    // body, and do nothing where it is there already: a delivery can arrive twice. FlowBeacon has no such header; its
    // evaluation_id in the body serves. Where the contract signs no time, this store is also all that tells a request
    // that somebody recorded and sends again from the first one.
    error_log(sprintf('accepted: delivery %s, %d bytes', $delivery === null ? '-' : $header($delivery), strlen($body)));
    // Answer first and work afterwards: the sender waits for seconds only.
    return 204;
}

$contract = $contracts[getenv('CONTRACT') ?: 'standard'] ?? null;
$secrets = preg_split('/\s+/', (string) getenv('SECRET'), -1, PREG_SPLIT_NO_EMPTY);
if ($contract === null || $secrets === []) {
    error_log('Set SECRET, and CONTRACT to one of ' . implode(', ', array_keys($contracts)) . '.');
    http_response_code(500);
    return;
}
http_response_code(receive($contract, $secrets));
