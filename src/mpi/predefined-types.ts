// mpi/predefined-types: layer 9. The predefined datatypes by name, with the sizes that they have on x86-64 Linux.

import { COMBINER_NAMED } from "../base/type-constants.ts";
import { type Basic, basics } from "../data/type-basic.ts";
import { TypeTree } from "../data/type-tree.ts";
import { Datatype } from "./datatype.ts";
import { predefined } from "./type-registry.ts";

/** The type that is none: using it is ERR_TYPE. @see MPI-4.1 §5.1.9 */
export const DATATYPE_NULL: Datatype = new Datatype(undefined, "MPI_DATATYPE_NULL", true);
predefined.set("DATATYPE_NULL", DATATYPE_NULL);

function named(name: string, basic: Basic): Datatype {
  const map = new TypeTree({ kind: "basic", basic });
  const type = new Datatype({ map, combiner: COMBINER_NAMED, params: {}, of: [] }, `MPI_${name}`, true);
  predefined.set(name, type);
  return type;
}

// Bytes and addresses
/** An untyped byte. @see MPI-4.1 §3.2.2 */
export const BYTE: Datatype = named("BYTE", basics.byte);
/** What pack gives: a byte. @see MPI-4.1 §5.2 */
export const PACKED: Datatype = named("PACKED", basics.byte);
/** An address: an element of a BigInt64Array. @see MPI-4.1 §3.2.2 */
export const AINT: Datatype = named("AINT", basics.int64);
/** A place in a file: an element of a BigInt64Array. @see MPI-4.1 §3.2.2 */
export const OFFSET: Datatype = named("OFFSET", basics.int64);
/** A count: an element of a BigInt64Array. @see MPI-4.1 §3.2.2 */
export const COUNT: Datatype = named("COUNT", basics.int64);

// C
/** A character of 1 byte. @see MPI-4.1 §3.2.2 */
export const CHAR: Datatype = named("CHAR", basics.character);
/** A wide character of 4 bytes. @see MPI-4.1 §3.2.2 */
export const WCHAR: Datatype = named("WCHAR", basics.wideCharacter);
/** An element of an Int8Array. @see MPI-4.1 §3.2.2 */
export const SIGNED_CHAR: Datatype = named("SIGNED_CHAR", basics.int8);
/** An element of an Int16Array. @see MPI-4.1 §3.2.2 */
export const SHORT: Datatype = named("SHORT", basics.int16);
/** An element of an Int32Array. @see MPI-4.1 §3.2.2 */
export const INT: Datatype = named("INT", basics.int32);
/** An element of a BigInt64Array. @see MPI-4.1 §3.2.2 */
export const LONG: Datatype = named("LONG", basics.long);
/** An element of a BigInt64Array. @see MPI-4.1 §3.2.2 */
export const LONG_LONG: Datatype = named("LONG_LONG_INT", basics.int64);
/** An element of a Uint8Array. @see MPI-4.1 §3.2.2 */
export const UNSIGNED_CHAR: Datatype = named("UNSIGNED_CHAR", basics.uint8);
/** An element of a Uint16Array. @see MPI-4.1 §3.2.2 */
export const UNSIGNED_SHORT: Datatype = named("UNSIGNED_SHORT", basics.uint16);
/** An element of a Uint32Array. @see MPI-4.1 §3.2.2 */
export const UNSIGNED: Datatype = named("UNSIGNED", basics.uint32);
/** An element of a BigUint64Array. @see MPI-4.1 §3.2.2 */
export const UNSIGNED_LONG: Datatype = named("UNSIGNED_LONG", basics.unsignedLong);
/** An element of a BigUint64Array. @see MPI-4.1 §3.2.2 */
export const UNSIGNED_LONG_LONG: Datatype = named("UNSIGNED_LONG_LONG", basics.uint64);
/** An element of a Float32Array. @see MPI-4.1 §3.2.2 */
export const FLOAT: Datatype = named("FLOAT", basics.float);
/** An element of a Float64Array. @see MPI-4.1 §3.2.2 */
export const DOUBLE: Datatype = named("DOUBLE", basics.double);
/** An 80-bit floating-point number in 16 bytes. @see MPI-4.1 §3.2.2 */
export const LONG_DOUBLE: Datatype = named("LONG_DOUBLE", basics.longDouble);
/** A truth value of 1 byte. @see MPI-4.1 §3.2.2 */
export const C_BOOL: Datatype = named("C_BOOL", basics.bool);
/** An element of an Int8Array. @see MPI-4.1 §3.2.2 */
export const INT8_T: Datatype = named("INT8_T", basics.int8);
/** An element of an Int16Array. @see MPI-4.1 §3.2.2 */
export const INT16_T: Datatype = named("INT16_T", basics.int16);
/** An element of an Int32Array. @see MPI-4.1 §3.2.2 */
export const INT32_T: Datatype = named("INT32_T", basics.int32);
/** An element of a BigInt64Array. @see MPI-4.1 §3.2.2 */
export const INT64_T: Datatype = named("INT64_T", basics.int64);
/** An element of a Uint8Array. @see MPI-4.1 §3.2.2 */
export const UINT8_T: Datatype = named("UINT8_T", basics.uint8);
/** An element of a Uint16Array. @see MPI-4.1 §3.2.2 */
export const UINT16_T: Datatype = named("UINT16_T", basics.uint16);
/** An element of a Uint32Array. @see MPI-4.1 §3.2.2 */
export const UINT32_T: Datatype = named("UINT32_T", basics.uint32);
/** An element of a BigUint64Array. @see MPI-4.1 §3.2.2 */
export const UINT64_T: Datatype = named("UINT64_T", basics.uint64);
/** An element of a Float16Array. @see MPI-4.1 §3.2.2 */
export const FLOAT16_T: Datatype = named("FLOAT16_T", basics.half);
/** An element of a Float32Array. @see MPI-4.1 §3.2.2 */
export const FLOAT32_T: Datatype = named("FLOAT32_T", basics.float);
/** An element of a Float64Array. @see MPI-4.1 §3.2.2 */
export const FLOAT64_T: Datatype = named("FLOAT64_T", basics.double);
/** The upper two bytes of a 32-bit floating-point number. @see MPI-4.1 §3.2.2 */
export const BFLOAT16_T: Datatype = named("BFLOAT16_T", basics.bfloat);
/** Two elements of a Float32Array. @see MPI-4.1 §3.2.2 */
export const C_COMPLEX: Datatype = named("C_COMPLEX", basics.floatComplex);
/** Two elements of a Float32Array. @see MPI-4.1 §3.2.2 */
export const C_FLOAT_COMPLEX: Datatype = named("C_FLOAT_COMPLEX", basics.floatComplex);
/** Two elements of a Float64Array. @see MPI-4.1 §3.2.2 */
export const C_DOUBLE_COMPLEX: Datatype = named("C_DOUBLE_COMPLEX", basics.doubleComplex);
/** Two 80-bit floating-point numbers in 32 bytes. @see MPI-4.1 §3.2.2 */
export const C_LONG_DOUBLE_COMPLEX: Datatype = named("C_LONG_DOUBLE_COMPLEX", basics.longDoubleComplex);

// C++
/** A truth value of 1 byte. @see MPI-4.1 §3.2.2 */
export const CXX_BOOL: Datatype = named("CXX_BOOL", basics.bool);
/** Two elements of a Float32Array. @see MPI-4.1 §3.2.2 */
export const CXX_FLOAT_COMPLEX: Datatype = named("CXX_FLOAT_COMPLEX", basics.floatComplex);
/** Two elements of a Float64Array. @see MPI-4.1 §3.2.2 */
export const CXX_DOUBLE_COMPLEX: Datatype = named("CXX_DOUBLE_COMPLEX", basics.doubleComplex);
/** Two 80-bit floating-point numbers in 32 bytes. @see MPI-4.1 §3.2.2 */
export const CXX_LONG_DOUBLE_COMPLEX: Datatype = named("CXX_LONG_DOUBLE_COMPLEX", basics.longDoubleComplex);

// Value and location, for MAXLOC and MINLOC
/** Struct { short value; int location; }. @see MPI-4.1 §6.9.4 */
export const SHORT_INT: Datatype = named("SHORT_INT", basics.shortInt);
/** Two elements of an Int32Array. @see MPI-4.1 §6.9.4 */
export const TWOINT: Datatype = named("2INT", basics.intInt);
/** Struct { long value; int location; }. @see MPI-4.1 §6.9.4 */
export const LONG_INT: Datatype = named("LONG_INT", basics.longInt);
/** Struct { float value; int location; }. @see MPI-4.1 §6.9.4 */
export const FLOAT_INT: Datatype = named("FLOAT_INT", basics.floatInt);
/** Struct { double value; int location; }. @see MPI-4.1 §6.9.4 */
export const DOUBLE_INT: Datatype = named("DOUBLE_INT", basics.doubleInt);
/** Struct { long double value; int location; }. @see MPI-4.1 §6.9.4 */
export const LONG_DOUBLE_INT: Datatype = named("LONG_DOUBLE_INT", basics.longDoubleInt);
/** Two elements of an Int32Array. @see MPI-4.1 §6.9.4 */
export const TWOINTEGER: Datatype = named("2INTEGER", basics.intInt);
/** Two elements of a Float32Array. @see MPI-4.1 §6.9.4 */
export const TWOREAL: Datatype = named("2REAL", basics.twoReals);
/** Two elements of a Float64Array. @see MPI-4.1 §6.9.4 */
export const TWODOUBLE_PRECISION: Datatype = named("2DOUBLE_PRECISION", basics.twoDoubles);

// Fortran
/** A character of 1 byte. @see MPI-4.1 §3.2.2 */
export const CHARACTER: Datatype = named("CHARACTER", basics.character);
/** A truth value of 4 bytes. @see MPI-4.1 §3.2.2 */
export const LOGICAL: Datatype = named("LOGICAL", basics.logical32);
/** An element of an Int32Array. @see MPI-4.1 §3.2.2 */
export const INTEGER: Datatype = named("INTEGER", basics.int32);
/** An element of a Float32Array. @see MPI-4.1 §3.2.2 */
export const REAL: Datatype = named("REAL", basics.float);
/** An element of a Float64Array. @see MPI-4.1 §3.2.2 */
export const DOUBLE_PRECISION: Datatype = named("DOUBLE_PRECISION", basics.double);
/** Two elements of a Float32Array. @see MPI-4.1 §3.2.2 */
export const COMPLEX: Datatype = named("COMPLEX", basics.floatComplex);
/** Two elements of a Float64Array. @see MPI-4.1 §3.2.2 */
export const DOUBLE_COMPLEX: Datatype = named("DOUBLE_COMPLEX", basics.doubleComplex);
/** A truth value of 1 byte. @see MPI-4.1 §3.2.2 */
export const LOGICAL1: Datatype = named("LOGICAL1", basics.logical8);
/** A truth value of 2 bytes. @see MPI-4.1 §3.2.2 */
export const LOGICAL2: Datatype = named("LOGICAL2", basics.logical16);
/** A truth value of 4 bytes. @see MPI-4.1 §3.2.2 */
export const LOGICAL4: Datatype = named("LOGICAL4", basics.logical32);
/** A truth value of 8 bytes. @see MPI-4.1 §3.2.2 */
export const LOGICAL8: Datatype = named("LOGICAL8", basics.logical64);
/** A truth value of 16 bytes. @see MPI-4.1 §3.2.2 */
export const LOGICAL16: Datatype = named("LOGICAL16", basics.logical128);
/** An element of an Int8Array. @see MPI-4.1 §3.2.2 */
export const INTEGER1: Datatype = named("INTEGER1", basics.int8);
/** An element of an Int16Array. @see MPI-4.1 §3.2.2 */
export const INTEGER2: Datatype = named("INTEGER2", basics.int16);
/** An element of an Int32Array. @see MPI-4.1 §3.2.2 */
export const INTEGER4: Datatype = named("INTEGER4", basics.int32);
/** An element of a BigInt64Array. @see MPI-4.1 §3.2.2 */
export const INTEGER8: Datatype = named("INTEGER8", basics.int64);
/** An integer of 16 bytes. @see MPI-4.1 §3.2.2 */
export const INTEGER16: Datatype = named("INTEGER16", basics.int128);
/** An element of a Float16Array. @see MPI-4.1 §3.2.2 */
export const REAL2: Datatype = named("REAL2", basics.half);
/** An element of a Float32Array. @see MPI-4.1 §3.2.2 */
export const REAL4: Datatype = named("REAL4", basics.float);
/** An element of a Float64Array. @see MPI-4.1 §3.2.2 */
export const REAL8: Datatype = named("REAL8", basics.double);
/** A 128-bit floating-point number. @see MPI-4.1 §3.2.2 */
export const REAL16: Datatype = named("REAL16", basics.quad);
/** Two elements of a Float16Array. @see MPI-4.1 §3.2.2 */
export const COMPLEX4: Datatype = named("COMPLEX4", basics.halfComplex);
/** Two elements of a Float32Array. @see MPI-4.1 §3.2.2 */
export const COMPLEX8: Datatype = named("COMPLEX8", basics.floatComplex);
/** Two elements of a Float64Array. @see MPI-4.1 §3.2.2 */
export const COMPLEX16: Datatype = named("COMPLEX16", basics.doubleComplex);
/** Two 128-bit floating-point numbers. @see MPI-4.1 §3.2.2 */
export const COMPLEX32: Datatype = named("COMPLEX32", basics.quadComplex);

// Other names
/** The same as TWOINT. @see MPI-4.1 §3.2.2 */
export const INT_INT: Datatype = TWOINT;
/** The same as UNSIGNED. @see MPI-4.1 §3.2.2 */
export const UNSIGNED_INT: Datatype = UNSIGNED;
/** The same as SHORT. @see MPI-4.1 §3.2.2 */
export const SIGNED_SHORT: Datatype = SHORT;
/** The same as INT. @see MPI-4.1 §3.2.2 */
export const SIGNED_INT: Datatype = INT;
/** The same as LONG. @see MPI-4.1 §3.2.2 */
export const SIGNED_LONG: Datatype = LONG;
/** The same as LONG_LONG. @see MPI-4.1 §3.2.2 */
export const SIGNED_LONG_LONG: Datatype = LONG_LONG;
/** The same as C_BOOL. @see MPI-4.1 §3.2.2 */
export const BOOL: Datatype = C_BOOL;
/** The same as INT8_T. @see MPI-4.1 §3.2.2 */
export const SINT8_T: Datatype = INT8_T;
/** The same as INT16_T. @see MPI-4.1 §3.2.2 */
export const SINT16_T: Datatype = INT16_T;
/** The same as INT32_T. @see MPI-4.1 §3.2.2 */
export const SINT32_T: Datatype = INT32_T;
/** The same as INT64_T. @see MPI-4.1 §3.2.2 */
export const SINT64_T: Datatype = INT64_T;
/** The same as LOGICAL. @see MPI-4.1 §3.2.2 */
export const F_BOOL: Datatype = LOGICAL;
/** The same as INTEGER. @see MPI-4.1 §3.2.2 */
export const F_INT: Datatype = INTEGER;
/** The same as REAL. @see MPI-4.1 §3.2.2 */
export const F_FLOAT: Datatype = REAL;
/** The same as DOUBLE_PRECISION. @see MPI-4.1 §3.2.2 */
export const F_DOUBLE: Datatype = DOUBLE_PRECISION;
/** The same as COMPLEX. @see MPI-4.1 §3.2.2 */
export const F_COMPLEX: Datatype = COMPLEX;
/** The same as COMPLEX. @see MPI-4.1 §3.2.2 */
export const F_FLOAT_COMPLEX: Datatype = COMPLEX;
/** The same as DOUBLE_COMPLEX. @see MPI-4.1 §3.2.2 */
export const F_DOUBLE_COMPLEX: Datatype = DOUBLE_COMPLEX;
