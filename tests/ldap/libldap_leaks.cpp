// What LeakSanitizer is not to tell of: libldap 2.5 with GnuTLS never frees a client's certificate and key
// that it has read. The plugin has it read them once.
extern "C" __attribute__((visibility("default"))) const char* __lsan_default_suppressions();

const char* __lsan_default_suppressions() {
    return "leak:gnutls_x509_privkey_init\n"
           "leak:gnutls_x509_crt_init\n";
}
