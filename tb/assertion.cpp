// SPDX-License-Identifier: Apache-2.0
// An assertion of the RTL prints its line and calls $finish: both come here. Verilator itself would end the program at the second one.
#include "assertion.h"

#include <cstdarg>
#include <cstdio>
#include <cstring>

static thread_local char line[TB_ASSERTION_ROOM], said[TB_ASSERTION_ROOM];

int tb_assertion_print(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = std::vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    line[std::strcspn(line, "\n")] = '\0';
    return length;
}

void vl_finish(const char *, int, const char *)
{
    if (!said[0])
        std::memcpy(said, line, sizeof said);
}

void tb_assertion_take(char text[TB_ASSERTION_ROOM])
{
    if (!said[0])
        return;
    if (!text[0])
        std::memcpy(text, said, sizeof said);
    said[0] = '\0';
}
