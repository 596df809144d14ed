using System.Runtime.InteropServices;

namespace CriSharp.Oci;

/// <summary>Processors as images name them, which is as Go does: https://github.com/opencontainers/image-spec/blob/main/image-index.md</summary>
public static class ArchitectureName
{
    public static string Of(Architecture processor) => processor switch
    {
        Architecture.X64 => "amd64",
        Architecture.X86 => "386",
        Architecture.Arm64 => "arm64",
        Architecture.Arm or Architecture.Armv6 => "arm",
        Architecture.LoongArch64 => "loong64",
        _ => processor.ToString().ToLowerInvariant(),
    };
}
