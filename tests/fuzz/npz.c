/* SPDX-License-Identifier: Apache-2.0 */
/* An .npz file of any bytes: its arrays can be listed, their shapes and contents read, or one line says why not. */
#include "fuzz.h"

#include "../../cmodel/trace/npz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sofa_npz *z;
    struct sofa_error e = {.text = ""};
    char name[SOFA_ARRAY_NAME_ROOM];
    enum sofa_status status = sofa_npz_open(&z, fuzz_file(data, size), &e);
    fuzz_check(status, &e);
    if (status != SOFA_OK)
        return 0;
    size_t i = 0;
    for (unsigned n = 0; n < 16 && sofa_npz_unread(z, &i, name); n++) {
        struct sofa_array a = {0};
        fuzz_check(sofa_npz_shape(z, name, &a, &e), &e);
        status = sofa_npz_read(z, name, &a, &e);
        fuzz_check(status, &e);
        if (status == SOFA_OK)
            sofa_array_free(&a);
    }
    fuzz_check(sofa_npz_verify(z, &e), &e);
    sofa_npz_close(z);
    return 0;
}
