/* SPDX-License-Identifier: Apache-2.0 */
/* Emitted Verilog word by word. */
#ifndef GEN_TOKEN_H
#define GEN_TOKEN_H

#define GEN_TOKEN_ROOM 64u

/* Reads a word (letters, digits, _) or one other character; comments and blanks before it are skipped. Returns what follows it; at the
 * end `word` is empty. */
const char *gen_token(const char *s, char word[GEN_TOKEN_ROOM]);
int gen_token_is_word(const char *token);

#endif
