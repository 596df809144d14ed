namespace CriSharp.Linux.Memory;

/// <summary>Anonymous memory of this process. mmap(2)</summary>
internal static class Mapping
{
    private const nint Failed = -1;

    /// <returns>Zeros that take no memory before they are written.</returns>
    public static nint Map(int bytes)
    {
        var address = Libc.MapMemory(0, (nuint)bytes, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0);
        return address != Failed ? address : throw LinuxException.Last("mmap", $"{bytes} bytes");
    }

    public static void Unmap(nint address, int bytes) => LinuxException.ThrowIfFailed(Libc.UnmapMemory(address, (nuint)bytes), "munmap");
}
