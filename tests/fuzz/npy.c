/* SPDX-License-Identifier: Apache-2.0 */
/* The header of an array: any bytes are one, whose size can be counted, or one line says what is wrong. What is read is written, and read
 * again as the same. */
#include "fuzz.h"

#include "../../cmodel/trace/npy.h"

#include <string.h>

static void again(const struct sofa_npy *n)
{
    char header[256];
    size_t start, length, whole = sofa_npy_write(header, &n->array);
    struct sofa_npy second;
    struct sofa_error e = {.text = ""};
    fuzz_require(whole <= sizeof header, "a header that is too long");
    fuzz_require(sofa_npy_prefix((const unsigned char *)header, SOFA_NPY_PREFIX, &start, &length) == NULL, "a written header is bad");
    fuzz_require(start + length == whole, "a written header has another length");
    fuzz_require(sofa_npy_parse(&second, header + start, length, &e) == SOFA_OK, "a written header is not read");
    fuzz_require(second.array.type == n->array.type && second.array.dims == n->array.dims &&
                     memcmp(second.array.shape, n->array.shape, n->array.dims * sizeof n->array.shape[0]) == 0,
                 "a written header is read as another");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sofa_npy n;
    struct sofa_error e = {.text = ""};
    size_t start = 0, length = 0;
    size_t prefix = size < SOFA_NPY_PREFIX ? size : SOFA_NPY_PREFIX;
    if (sofa_npy_prefix(data, prefix, &start, &length) || start > size || length > size - start)
        return 0;
    enum sofa_status status = sofa_npy_parse(&n, (const char *)data + start, length, &e);
    fuzz_check(status, &e);
    if (status == SOFA_OK && n.array.type != SOFA_BF16)
        again(&n);
    return 0;
}
