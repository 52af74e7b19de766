/* SPDX-License-Identifier: Apache-2.0 */
/* A YAML configuration: any bytes are a legal configuration or one line of error; a legal one can be derived. */
#include "fuzz.h"

#include "../../cmodel/config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sofa_config c;
    struct sofa_derived d;
    struct sofa_warnings w = {0};
    struct sofa_error e = {.text = ""};
    enum sofa_status status = sofa_config_load_warned(&c, fuzz_file(data, size), NULL, 0, &w, &e);
    fuzz_check(status, &e);
    if (status != SOFA_OK)
        return 0;
    fuzz_require(sofa_config_check(&c, &e) == SOFA_OK, "a loaded configuration is illegal");
    sofa_config_derive(&c, &d);
    return 0;
}
