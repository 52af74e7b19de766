/* SPDX-License-Identifier: Apache-2.0 */
/* .npy headers and .npz archives, good and bad. */
#include "tests.h"

#include "../cmodel/trace/npy.h"
#include "../cmodel/trace/npz.h"
#include "raw_npz.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zip.h>

/* What is wrong, or NULL. */
static const char *parse(const char *text, struct sofa_npy *n)
{
    static struct sofa_error why;
    return sofa_npy_parse(n, text, strlen(text), &why) == SOFA_OK ? NULL : why.text;
}

START_TEST(headers)
{
    struct sofa_npy n;
    const struct sofa_array *a = &n.array;
    ck_assert_ptr_null(parse("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }   \n", &n));
    ck_assert(a->type == SOFA_F32 && a->dims == 2 && a->shape[0] == 3 && a->shape[1] == 4 && a->count == 12);
    ck_assert(!n.fortran && !n.swapped);
    ck_assert_ptr_null(parse("{\"shape\":(7,),\"fortran_order\":False,\"descr\":\"|i1\"}", &n));
    ck_assert(a->type == SOFA_I8 && a->dims == 1 && a->count == 7);
    ck_assert_ptr_null(parse("{'descr': '>f8', 'fortran_order': True, 'shape': ()}", &n));
    ck_assert(a->dims == 0 && a->count == 1 && n.fortran && n.swapped);
    ck_assert_ptr_null(parse("{'descr': '<V2', 'fortran_order': False, 'shape': (1, 2, 3, 4, 5, 6, 7, 8)}", &n));
    ck_assert(a->type == SOFA_BF16 && a->dims == 8 && a->count == 40320);
}
END_TEST

START_TEST(bad_headers)
{
    static const char *const cases[][2] = {
        {"", "unreadable"},
        {"{", "unreadable"},
        {"{}", "incomplete"},
        {"{'descr': '<f4', 'fortran_order': False}", "incomplete"},
        {"{'descr': '<c8', 'fortran_order': False, 'shape': (3,)}", "dtype is complex64, must be float16, bfloat16, float32"},
        {"{'descr': '|b1', 'fortran_order': False, 'shape': (3,)}", "dtype is bool, must be"},
        {"{'descr': '<f16', 'fortran_order': False, 'shape': (3,)}", "dtype is float128, must be"},
        {"{'descr': '|V1', 'fortran_order': False, 'shape': (3,)}", "dtype is void8, must be"},
        {"{'descr': '|O', 'fortran_order': False, 'shape': (3,)}", "dtype is object, must be"},
        {"{'descr': '<U3', 'fortran_order': False, 'shape': (3,)}", "dtype is str, must be"},
        {"{'descr': '<M8[D]', 'fortran_order': False, 'shape': (3,)}", "dtype is datetime64, must be"},
        {"{'descr': 'xyz', 'fortran_order': False, 'shape': (3,)}", "dtype is 'xyz', must be"},
        {"{'descr': '', 'fortran_order': False, 'shape': (3,)}", "dtype"},
        {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,)}", "dtype is structured, must be"},
        {"{'descr': '<f4', 'fortran_order': Maybe, 'shape': (3, 4)}", "unreadable"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3 4)}", "shape"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (-3, 4)}", "shape"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4", "shape"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}", "dimensions"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", "large"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999, 4)}", "shape"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296,)}", "large"},
        {"{'colour': 1}", "unreadable"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sofa_npy n;
        const char *wrong = parse(cases[i][0], &n);
        ck_assert_msg(wrong && strstr(wrong, cases[i][1]), "%s: %s", cases[i][0], wrong ? wrong : "accepted");
    }
}
END_TEST

START_TEST(prefixes)
{
    size_t start, text;
    ck_assert_ptr_null(sofa_npy_prefix((const unsigned char *)"\x93NUMPY\1\0\x76\0", 10, &start, &text));
    ck_assert(start == 10 && text == 0x76);
    ck_assert_ptr_null(sofa_npy_prefix((const unsigned char *)"\x93NUMPY\3\0\x74\0\0\0", 12, &start, &text));
    ck_assert(start == 12 && text == 0x74);
    ck_assert_ptr_nonnull(sofa_npy_prefix((const unsigned char *)"\x93NUMPY\2\0\x74\0\0\1", 12, &start, &text));
    ck_assert_ptr_nonnull(sofa_npy_prefix((const unsigned char *)"\x93NUMPY\4\0\x74\0\0\0", 12, &start, &text));
    ck_assert_ptr_nonnull(sofa_npy_prefix((const unsigned char *)"\x93NUMPZ\1\0\x74\0", 10, &start, &text));
    ck_assert_ptr_nonnull(sofa_npy_prefix((const unsigned char *)"\x93NUMPY\1\0\x74", 9, &start, &text));
}
END_TEST

START_TEST(random_headers)
{
    static const char good[] = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }";
    uint64_t state = test_seed();
    for (int run = 0; run < 20000; run++) {
        size_t length = test_between(&state, 0, sizeof good - 1);
        char *text = malloc(length + 1); /* exactly as long as the header: a read beyond it is caught */
        struct sofa_npy n;
        struct sofa_error why;
        ck_assert_ptr_nonnull(text);
        memcpy(text, good, length);
        for (unsigned i = test_between(&state, 0, 3); i > 0 && length > 0; i--)
            text[test_between(&state, 0, (unsigned)length - 1)] = (char)test_between(&state, 0, 255);
        char *exact = realloc(text, length ? length : 1);
        ck_assert_ptr_nonnull(exact);
        if (sofa_npy_parse(&n, exact, length, &why) == SOFA_OK)
            ck_assert_uint_le(n.array.count, SOFA_ARRAY_BYTES);
        else
            ck_assert(why.text[0] && !strchr(why.text, '\n'));
        free(exact);
    }
}
END_TEST

START_TEST(written_headers)
{
    struct sofa_array a = {.type = SOFA_I16, .dims = 3, .shape = {1000000, 20, 3}, .count = 60000000};
    struct sofa_npy b;
    struct sofa_error why;
    char header[256];
    size_t start, text, length = sofa_npy_write(header, &a);
    ck_assert_uint_eq(length % 64, 0);
    ck_assert_ptr_null(sofa_npy_prefix((unsigned char *)header, length, &start, &text));
    ck_assert_uint_eq(start + text, length);
    ck_assert_int_eq(sofa_npy_parse(&b, header + start, text, &why), SOFA_OK);
    ck_assert(b.array.type == a.type && b.array.dims == 3 && b.array.count == a.count && b.array.shape[2] == 3);
}
END_TEST

START_TEST(round_trip)
{
    char directory[256], path[300];
    struct sofa_error e;
    struct sofa_npz *z;
    struct sofa_array a;
    float f[] = {1.5f, -2.25f, 0};
    uint16_t h[] = {0x3c00, 0xc100, 0x0001, 0x7c00, 0xfc00, 0x7e00};
    const struct sofa_member members[] = {{"f", {SOFA_F32, 1, {3}, 3, f}}, {"h", {SOFA_F16, 2, {2, 3}, 6, h}}};
    test_directory(directory);
    snprintf(path, sizeof path, "%s/a.npz", directory);
    for (int again = 0; again < 2; again++)
        ck_assert_msg(sofa_npz_write(path, members, 2, &e) == SOFA_OK, "%s", e.text);
    unsigned char date[4];
    FILE *file = fopen(path, "rb"); /* the time of writing is not in it: the first member's is 1980-01-01 */
    ck_assert(file && fseek(file, 10, SEEK_SET) == 0 && fread(date, 1, 4, file) == 4);
    fclose(file);
    ck_assert(date[0] == 0 && date[1] == 0 && date[2] == 0x21 && date[3] == 0);
    ck_assert_msg(sofa_npz_open(&z, path, &e) == SOFA_OK, "%s", e.text);
    ck_assert(sofa_npz_has(z, "f") && !sofa_npz_has(z, "g"));
    ck_assert_msg(sofa_npz_read(z, "f", &a, &e) == SOFA_OK, "%s", e.text);
    ck_assert(sofa_array_get(&a, 1) == -2.25);
    sofa_array_free(&a);
    ck_assert_msg(sofa_npz_read(z, "h", &a, &e) == SOFA_OK, "%s", e.text);
    ck_assert(sofa_array_get(&a, 0) == 1 && sofa_array_get(&a, 1) == -2.5 && sofa_array_get(&a, 2) == ldexp(1, -24));
    ck_assert(isinf(sofa_array_get(&a, 3)) && sofa_array_get(&a, 4) < 0 && isnan(sofa_array_get(&a, 5)));
    sofa_array_free(&a);
    ck_assert_int_eq(sofa_npz_read(z, "g", &a, &e), SOFA_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(e.text, "array 'g' is missing"));
    sofa_npz_close(z);
    test_remove_directory(directory);
}
END_TEST

START_TEST(bad_places)
{
    struct sofa_error e;
    struct sofa_npz *z;
    float f = 1;
    const struct sofa_member member = {"f", {SOFA_F32, 0, {0}, 1, &f}};
    ck_assert_int_eq(sofa_npz_open(&z, "configs", &e), SOFA_BAD_INPUT);
    ck_assert_int_eq(sofa_npz_open(&z, "configs/none.npz", &e), SOFA_BAD_INPUT);
    ck_assert_int_eq(sofa_npz_open(&z, "configs/small.yaml", &e), SOFA_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(e.text, "configs/small.yaml"));
    ck_assert_int_eq(sofa_npz_write("configs/small.yaml/a.npz", &member, 1, &e), SOFA_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(e.text, "configs/small.yaml/a.npz"));
    ck_assert_int_eq(sofa_npz_write("configs/none/a.npz", &member, 1, &e), SOFA_BAD_INPUT);
}
END_TEST

/* An archive whose one member x.npy has these bytes. */
static void write_raw(const char *path, const void *bytes, size_t length)
{
    int code;
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
    ck_assert_ptr_nonnull(zip);
    zip_source_t *source = zip_source_buffer(zip, bytes, length, 0);
    ck_assert_int_ge(zip_file_add(zip, "x.npy", source, 0), 0);
    ck_assert_int_eq(zip_close(zip), 0);
}

static void read_raw(const char *path, const void *bytes, size_t length, const char *says)
{
    struct sofa_error e;
    struct sofa_npz *z;
    struct sofa_array a;
    write_raw(path, bytes, length);
    ck_assert_msg(sofa_npz_open(&z, path, &e) == SOFA_OK, "%s", e.text);
    enum sofa_status status = sofa_npz_read(z, "x", &a, &e);
    sofa_npz_close(z);
    ck_assert_int_eq(status, says ? SOFA_BAD_INPUT : SOFA_OK);
    ck_assert_msg(!says || strstr(e.text, says), "%s", e.text);
    ck_assert_ptr_eq(a.data == NULL ? NULL : &a, says ? NULL : &a);
    sofa_array_free(&a);
}

START_TEST(bad_lengths)
{
    char directory[256], path[300], bytes[512] = {0};
    struct sofa_array a = {.type = SOFA_F32, .dims = 1, .shape = {10}, .count = 10};
    test_directory(directory);
    snprintf(path, sizeof path, "%s/a.npz", directory);
    size_t length = sofa_npy_write(bytes, &a);
    read_raw(path, bytes, length + 40, NULL);
    read_raw(path, bytes, length + 41, "longer than its shape");
    read_raw(path, bytes, length + 39, "truncated");
    read_raw(path, bytes, length, "truncated");
    read_raw(path, bytes, length - 1, "truncated");
    read_raw(path, bytes, 9, "truncated");
    read_raw(path, "", 0, "truncated");
    a.shape[0] = a.count = (size_t)1 << 30; /* claims 4 GiB */
    length = sofa_npy_write(bytes, &a);
    read_raw(path, bytes, length + 40, "truncated");
    test_remove_directory(directory);
}
END_TEST

/* Every type, in both byte orders: 1, 2, 100, 7. */
START_TEST(types)
{
    static const struct {
        const char *descr;
        unsigned char bytes[32];
    } cases[] = {
        {"<f2", {0x00, 0x3c, 0x00, 0x40, 0x40, 0x56, 0x00, 0x47}},
        {">f2", {0x3c, 0x00, 0x40, 0x00, 0x56, 0x40, 0x47, 0x00}},
        {"<V2", {0x80, 0x3f, 0x00, 0x40, 0xc8, 0x42, 0xe0, 0x40}},
        {"|V2", {0x80, 0x3f, 0x00, 0x40, 0xc8, 0x42, 0xe0, 0x40}},
        {"bfloat16", {0x80, 0x3f, 0x00, 0x40, 0xc8, 0x42, 0xe0, 0x40}},
        {"<f4", {0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 0, 0, 0xc8, 0x42, 0, 0, 0xe0, 0x40}},
        {">f4", {0x3f, 0x80, 0, 0, 0x40, 0, 0, 0, 0x42, 0xc8, 0, 0, 0x40, 0xe0, 0, 0}},
        {"<f8", {0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0x59, 0x40, 0, 0, 0, 0, 0, 0, 0x1c, 0x40}},
        {">f8", {0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0x40, 0x59, 0, 0, 0, 0, 0, 0, 0x40, 0x1c, 0, 0, 0, 0, 0, 0}},
        {"|i1", {1, 2, 100, 7}},
        {"|u1", {1, 2, 100, 7}},
        {"<i2", {1, 0, 2, 0, 100, 0, 7, 0}},
        {">u2", {0, 1, 0, 2, 0, 100, 0, 7}},
        {"<u4", {1, 0, 0, 0, 2, 0, 0, 0, 100, 0, 0, 0, 7, 0, 0, 0}},
        {">i4", {0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 100, 0, 0, 0, 7}},
        {"<i8", {1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 100, 0, 0, 0, 0, 0, 0, 0, 7}},
        {">u8", {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 100, 0, 0, 0, 0, 0, 0, 0, 7}},
    };
    char directory[256], path[300];
    test_directory(directory);
    snprintf(path, sizeof path, "%s/a.npz", directory);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct raw_npz raw = {.members = 0};
        struct sofa_npz *z;
        struct sofa_array a;
        struct sofa_error e = {""};
        const char *digit = strpbrk(cases[i].descr, "1248");
        size_t size = strcmp(cases[i].descr, "bfloat16") == 0 ? 2 : (size_t)(*digit - '0');
        raw_add(&raw, "x", cases[i].descr, 0, "(4,)", cases[i].bytes, 4 * size);
        raw_write(&raw, path);
        ck_assert_msg(sofa_npz_open(&z, path, &e) == SOFA_OK, "%s", e.text);
        ck_assert_msg(sofa_npz_read(z, "x", &a, &e) == SOFA_OK, "%s", e.text);
        static const double want[] = {1, 2, 100, 7};
        for (size_t n = 0; n < 4; n++)
            ck_assert_msg(sofa_array_get(&a, n) == want[n], "%s: %g", cases[i].descr, sofa_array_get(&a, n));
        sofa_array_free(&a);
        sofa_npz_close(z);
    }
    test_remove_directory(directory);
}
END_TEST

/* Element (i, j, k) of a 2 x 3 x 4 array is 100 i + 10 j + k, however it is stored. */
START_TEST(fortran_order)
{
    char directory[256], path[300];
    struct raw_npz raw = {.members = 0};
    struct sofa_npz *z;
    struct sofa_array a;
    struct sofa_error e = {""};
    short data[24];
    for (unsigned i = 0; i < 24; i++)
        data[i] = (short)(i % 2 * 100 + i / 2 % 3 * 10 + i / 6);
    test_directory(directory);
    snprintf(path, sizeof path, "%s/a.npz", directory);
    raw_add(&raw, "x", "<i2", 1, "(2, 3, 4)", data, sizeof data);
    raw_add(&raw, "line", "<i2", 1, "(3,)", data, 6);
    raw_add(&raw, "none", "<i2", 1, "(0, 3)", data, 0);
    raw_write(&raw, path);
    ck_assert_msg(sofa_npz_open(&z, path, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(sofa_npz_read(z, "x", &a, &e) == SOFA_OK, "%s", e.text);
    for (unsigned i = 0; i < 24; i++)
        ck_assert(sofa_array_get(&a, i) == i / 12 * 100 + i / 4 % 3 * 10 + i % 4);
    sofa_array_free(&a);
    ck_assert_msg(sofa_npz_read(z, "line", &a, &e) == SOFA_OK, "%s", e.text);
    ck_assert(sofa_array_get(&a, 1) == 100);
    sofa_array_free(&a);
    ck_assert_msg(sofa_npz_read(z, "none", &a, &e) == SOFA_OK, "%s", e.text);
    sofa_array_free(&a);
    sofa_npz_close(z);
    test_remove_directory(directory);
}
END_TEST

/* numpy appends a member of the same name and reads the last. Arrays that nobody read are named, older ones not. */
START_TEST(same_name_twice)
{
    char directory[256], path[300], name[SOFA_ARRAY_NAME_ROOM];
    struct raw_npz raw = {.members = 0};
    struct sofa_npz *z;
    struct sofa_array a;
    struct sofa_error e = {""};
    const signed char old[] = {1}, other[] = {2}, new[] = {3};
    size_t i = 0;
    test_directory(directory);
    snprintf(path, sizeof path, "%s/a.npz", directory);
    raw_add(&raw, "x", "|i1", 0, "(1,)", old, 1);
    raw_add(&raw, "y", "|i1", 0, "(1,)", other, 1);
    raw_add(&raw, "m sk", "|b1", 0, "(1,)", other, 1);
    raw_add(&raw, "x", "|i1", 0, "(1,)", new, 1);
    raw_write(&raw, path);
    ck_assert_msg(sofa_npz_open(&z, path, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(sofa_npz_read(z, "x", &a, &e) == SOFA_OK, "%s", e.text);
    ck_assert(sofa_array_get(&a, 0) == 3);
    sofa_array_free(&a);
    ck_assert_msg(sofa_npz_shape(z, "y", &a, &e) == SOFA_OK, "%s", e.text);
    ck_assert(a.count == 1 && a.data == NULL);
    ck_assert(sofa_npz_unread(z, &i, name) && strcmp(name, "y") == 0);
    ck_assert(sofa_npz_unread(z, &i, name) && strcmp(name, "m?sk") == 0);
    ck_assert(!sofa_npz_unread(z, &i, name));
    sofa_npz_close(z);
    test_remove_directory(directory);
}
END_TEST

Suite *npz_suite(void)
{
    Suite *s = suite_create("npz");
    TCase *t = tcase_create("npz");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, headers);
    tcase_add_test(t, bad_headers);
    tcase_add_test(t, prefixes);
    tcase_add_test(t, random_headers);
    tcase_add_test(t, written_headers);
    tcase_add_test(t, round_trip);
    tcase_add_test(t, bad_places);
    tcase_add_test(t, bad_lengths);
    tcase_add_test(t, types);
    tcase_add_test(t, fortran_order);
    tcase_add_test(t, same_name_twice);
    suite_add_tcase(s, t);
    return s;
}
