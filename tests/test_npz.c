/* SPDX-License-Identifier: Apache-2.0 */
/* .npy headers and .npz archives, good and bad. */
#include "tests.h"

#include "../cmodel/npy.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zip.h>

static const char *parse(const char *text, struct sofa_array *a)
{
    return sofa_npy_parse(text, strlen(text), a);
}

START_TEST(headers)
{
    struct sofa_array a;
    ck_assert_ptr_null(parse("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }   \n", &a));
    ck_assert(a.type == SOFA_F32 && a.dims == 2 && a.shape[0] == 3 && a.shape[1] == 4 && a.count == 12);
    ck_assert_ptr_null(parse("{\"shape\":(7,),\"fortran_order\":False,\"descr\":\"|i1\"}", &a));
    ck_assert(a.type == SOFA_I8 && a.dims == 1 && a.count == 7);
    ck_assert_ptr_null(parse("{'descr': '<f8', 'fortran_order': True, 'shape': ()}", &a));
    ck_assert(a.dims == 0 && a.count == 1);
}
END_TEST

START_TEST(bad_headers)
{
    static const char *const cases[][2] = {
        {"", "unreadable"},
        {"{", "unreadable"},
        {"{}", "incomplete"},
        {"{'descr': '<f4', 'fortran_order': False}", "incomplete"},
        {"{'descr': '>f4', 'fortran_order': False, 'shape': (3,)}", "big-endian"},
        {"{'descr': '<c8', 'fortran_order': False, 'shape': (3,)}", "dtype"},
        {"{'descr': '', 'fortran_order': False, 'shape': (3,)}", "dtype"},
        {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,)}", "dtype"},
        {"{'descr': '<f4', 'fortran_order': True, 'shape': (3, 4)}", "Fortran"},
        {"{'descr': '<f4', 'fortran_order': Maybe, 'shape': (3, 4)}", "unreadable"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3 4)}", "shape"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (-3, 4)}", "shape"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4", "shape"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1)}", "dimensions"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", "large"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999, 4)}", "shape"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296,)}", "large"},
        {"{'colour': 1}", "unreadable"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sofa_array a;
        const char *wrong = parse(cases[i][0], &a);
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
        struct sofa_array a;
        ck_assert_ptr_nonnull(text);
        memcpy(text, good, length);
        for (unsigned i = test_between(&state, 0, 3); i > 0 && length > 0; i--)
            text[test_between(&state, 0, (unsigned)length - 1)] = (char)test_between(&state, 0, 255);
        char *exact = realloc(text, length ? length : 1);
        ck_assert_ptr_nonnull(exact);
        if (!sofa_npy_parse(exact, length, &a))
            ck_assert_uint_le(a.count, SOFA_ARRAY_BYTES);
        free(exact);
    }
}
END_TEST

START_TEST(written_headers)
{
    struct sofa_array a = {.type = SOFA_I16, .dims = 3, .shape = {1000000, 20, 3}, .count = 60000000}, b;
    char header[256];
    size_t start, text, length = sofa_npy_write(header, &a);
    ck_assert_uint_eq(length % 64, 0);
    ck_assert_ptr_null(sofa_npy_prefix((unsigned char *)header, length, &start, &text));
    ck_assert_uint_eq(start + text, length);
    ck_assert_ptr_null(sofa_npy_parse(header + start, text, &b));
    ck_assert(b.type == a.type && b.dims == 3 && b.count == a.count && b.shape[2] == 3);
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
    suite_add_tcase(s, t);
    return s;
}
