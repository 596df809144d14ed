using CriSharp.Linux.Memory;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Compression;

/// <summary>A decompressor of ISA-L with its input behind it, in memory that goes back to the system with it.</summary>
internal sealed unsafe class IsalHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public const int InputBytes = 64 * 1024;
    private const int AllBytes = Libisal.InflateState.Bytes + InputBytes;

    public IsalHandle()
        : base(ownsHandle: true)
    {
        SetHandle(Mapping.Map(AllBytes));
        Libisal.isal_inflate_init(State);
        State->ChecksumFlag = Libisal.GzipWithoutHeader;
    }

    public Libisal.InflateState* State => (Libisal.InflateState*)handle;

    public byte* Input => (byte*)handle + Libisal.InflateState.Bytes;

    protected override bool ReleaseHandle()
    {
        Mapping.Unmap(handle, AllBytes);
        return true;
    }
}
