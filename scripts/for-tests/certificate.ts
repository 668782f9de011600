/**
 * A certificate for `localhost` and its key: made for these tests, known to everybody, good for nothing else. Made by
 * `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=localhost
 * -addext subjectAltName=DNS:localhost`.
 */
export const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQghow0iCEPzOZTVNwc
YwAMmTdLIKyeZ31FHqf2zyZynZKhRANCAAQWSsRPzobXfFrhcVBu9YJZ8Po40mDg
YX+zOQkEF+cqD7Nizb0MNafKDiIkT4Ru+avgB4HRX0AbWEGnNSgtMik7
-----END PRIVATE KEY-----`;

export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIUPmc2FPdlL4OmzHkPhjbT1Kbx5j4wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjE3MzAyN1oYDzIxMjYxMDI5
MTczMDI3WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQWSsRPzobXfFrhcVBu9YJZ8Po40mDgYX+zOQkEF+cqD7Nizb0MNafK
DiIkT4Ru+avgB4HRX0AbWEGnNSgtMik7o2kwZzAdBgNVHQ4EFgQUtYUmIDB5OMLE
xQpck8W1aER5V/gwHwYDVR0jBBgwFoAUtYUmIDB5OMLExQpck8W1aER5V/gwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SAAwRQIgX68hzmlakuTuy7U3XS93kb0bvnYuWawJq6Koe1vFA4kCIQCC6CCi/y3w
k3XTsrhZBD1Xgog02IBCYj9DVIaWRHRiEw==
-----END CERTIFICATE-----`;
