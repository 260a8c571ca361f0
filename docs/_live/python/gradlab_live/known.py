"""What is known of functions by their names alone: which return something new, which change what they are given.

Whatever stands in none of these sets is taken for the worst: its value may share memory with all that it was given, and a
call whose value is thrown away changes what it is given.
"""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


# Their value shares nothing that can be changed with what they are given.
FRESH_FUNCTIONS = words(
    "abs all any bool bytes callable chr complex divmod float format hash hex id int isinstance issubclass len oct ord "
    "pow print range repr round str sum type"
)
FRESH_METHODS = words(
    "all any argmax argmin argsort astype choice clip copy count cumprod cumsum dot endswith exponential find format "
    "index integers item join lower max mean min nonzero normal permutation permuted prod ptp random replace round "
    "searchsorted split splitlines standard_normal startswith std strip sum title tobytes tolist trace uniform upper "
    "var "
    # gradlab's own: what they return is computed
    "derivative gaussian_moments gradient initialize loss loss_and_gradient predict rate score value_and_derivative"
)
VIEWS = words(  # of NumPy: the rest of it returns new arrays
    "array asanyarray asarray ascontiguousarray asfortranarray atleast_1d atleast_2d atleast_3d array_split "
    "broadcast_arrays broadcast_to diagonal dsplit expand_dims flip fliplr flipud frombuffer from_dlpack hsplit imag "
    "ix_ matrix_transpose meshgrid moveaxis nan_to_num permute_dims ravel real require reshape roll rollaxis rot90 "
    "split squeeze swapaxes transpose unstack vsplit"
)
KEEPERS = words("Data bind replace")  # of gradlab: the rest of it computes what it returns

# They change what they stand behind: ``x.append(1)``, also where their value is used.
MUTATORS = words(
    "__setitem__ add append appendleft clear discard extend extendleft fill insert partition pop popitem popleft put "
    "remove resize reverse rotate setdefault setfield setflags shuffle sort update write writelines"
)
GROWING = words("add append appendleft extend extendleft insert setdefault update")  # and leave their arguments alone

# What is used up, or goes on, when it is looked at.
RESTLESS_MAKERS = words(
    "BytesIO Generator PCG64 Philox Random RandomState SeedSequence StringIO accumulate chain combinations count cycle "
    "default_rng enumerate filter groupby islice iter map open pairwise permutations product repeat reversed spawn "
    "starmap takewhile tee zip zip_longest"
)
# ... and so are the members of what they make, or of what is made with them.
SOURCES = words("BytesIO Generator PCG64 Philox Random RandomState SeedSequence StringIO default_rng iter open spawn")

# Calls that change the whole process, or files: all later code may depend on them.
LOUD = words(
    "__import__ activation basicConfig chdir delattr dump exec_module filterwarnings import_module initializer "
    "invalidate_caches loss makedirs mkdir optimizer putenv rc rcdefaults register rename replace resetwarnings rmtree "
    "run_module run_path save savetxt savez savez_compressed seed set_backend set_loglevel set_printoptions set_state "
    "setattr setLevel setbufsize setdefaulttimeout seterr seterrcall setlocale setrecursionlimit settrace setprofile "
    "simplefilter symlink touch unlink use write_bytes write_text"
)
# ... but for those of a ``with`` that puts things back.
RESTORED = words("catch_warnings errstate rc_context printoptions parallel_config localcontext suppress")
# Calls that may bind, read or change any name there is.
OPAQUE = words("eval exec globals locals vars compile")
# The old generators of NumPy and of Python are one for the whole process.
PROCESS_RANDOM = words(
    "choice choices exponential gauss getrandbits normalvariate permutation rand randint randn random random_sample "
    "normal randrange ranf sample shuffle standard_normal triangular uniform"
)
HARMLESS_DECORATORS = words("abc contextlib dataclasses enum functools")
