using System.Runtime.InteropServices;

namespace CriSharp.Linux.Cryptography;

/// <summary>
/// The few functions of OpenSSL's libcrypto that the base library has no door to. It is loaded on first use, by the name of whichever
/// version is there; .NET itself needs one. evp(7)
/// </summary>
internal static unsafe class LibCrypto
{
    // NID_ED25519
    internal const int Ed25519 = 1087;

    private static readonly string[] Names = ["libcrypto.so.3", "libcrypto.so.1.1"];
    private static readonly nint Library = Load();

    internal static bool IsThere => Library != 0;

    internal static readonly delegate* unmanaged<int, nint, byte*, nuint, nint> NewRawPublicKey =
        (delegate* unmanaged<int, nint, byte*, nuint, nint>)Find("EVP_PKEY_new_raw_public_key");

    internal static readonly delegate* unmanaged<nint, void> FreeKey = (delegate* unmanaged<nint, void>)Find("EVP_PKEY_free");

    internal static readonly delegate* unmanaged<nint> NewDigestContext = (delegate* unmanaged<nint>)Find("EVP_MD_CTX_new");

    internal static readonly delegate* unmanaged<nint, void> FreeDigestContext = (delegate* unmanaged<nint, void>)Find("EVP_MD_CTX_free");

    internal static readonly delegate* unmanaged<nint, nint, nint, nint, nint, int> DigestVerifyInit =
        (delegate* unmanaged<nint, nint, nint, nint, nint, int>)Find("EVP_DigestVerifyInit");

    internal static readonly delegate* unmanaged<nint, byte*, nuint, byte*, nuint, int> DigestVerify =
        (delegate* unmanaged<nint, byte*, nuint, byte*, nuint, int>)Find("EVP_DigestVerify");

    private static nint Load()
    {
        foreach (var name in Names)
        {
            if (NativeLibrary.TryLoad(name, out var library))
            {
                return library;
            }
        }

        return 0;
    }

    private static nint Find(string name) => Library == 0 ? 0 : NativeLibrary.GetExport(Library, name);
}
