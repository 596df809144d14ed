using System.Runtime.InteropServices;
using System.Text;

namespace CriSharp.Linux.Processes;

/// <summary>A NULL-terminated array of C strings in one native block, as execve wants argv and envp.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private byte** _block;

    /// <exception cref="ArgumentException">A string holds a NUL, which would silently cut it short.</exception>
    public NativeStrings(IReadOnlyList<string> strings, string what)
    {
        var bytes = (strings.Count + 1) * sizeof(byte*);
        foreach (var text in strings)
        {
            if (text.Contains('\0'))
            {
                throw new ArgumentException($"{what} must not contain a NUL character");
            }

            bytes = checked(bytes + Encoding.UTF8.GetByteCount(text) + 1);
        }

        _block = (byte**)NativeMemory.Alloc((nuint)bytes);
        var next = (byte*)(_block + strings.Count + 1);
        var end = (byte*)_block + bytes;
        for (var i = 0; i < strings.Count; i++)
        {
            _block[i] = next;
            next += Encoding.UTF8.GetBytes(strings[i], new Span<byte>(next, (int)(end - next)));
            *next++ = 0;
        }

        _block[strings.Count] = null;
    }

    public byte** Pointer => _block;

    public byte* First => _block[0];

    public void Dispose()
    {
        NativeMemory.Free(_block);
        _block = null;
    }
}
