using System.Globalization;
using System.Text;

namespace CriSharp.Storage.Tests;

/// <summary>Writes tars byte by byte, also such as no honest program writes.</summary>
internal sealed class TarBuilder
{
    private readonly List<byte> _bytes = [];

    public TarBuilder File(string path, string content, int mode = 0x1A4, uint uid = 0, uint gid = 0, params (string Key, byte[] Value)[] pax) =>
        Entry('0', path, Encoding.UTF8.GetBytes(content), mode: mode, uid: uid, gid: gid, pax: pax);

    public TarBuilder Folder(string path, int mode = 0x1ED, uint uid = 0, uint gid = 0, params (string Key, byte[] Value)[] pax) =>
        Entry('5', path, mode: mode, uid: uid, gid: gid, pax: pax);

    public TarBuilder Symlink(string path, string target) => Entry('2', path, link: target);

    public TarBuilder HardLink(string path, string target) => Entry('1', path, link: target);

    public TarBuilder Device(char type, string path, int major, int minor) => Entry(type, path, major: major, minor: minor);

    public TarBuilder Whiteout(string path) => File(path, "");

    public TarBuilder Entry(
        char type,
        string path,
        byte[]? content = null,
        string link = "",
        int mode = 0x1A4,
        long uid = 0,
        long gid = 0,
        long mtime = 1_000_000_000,
        long? size = null,
        int major = 0,
        int minor = 0,
        params (string Key, byte[] Value)[] pax)
    {
        if (pax.Length > 0)
        {
            Pax('x', pax);
        }

        content ??= [];
        var header = Header(type, Encoding.UTF8.GetBytes(path), Encoding.UTF8.GetBytes(link), mode, uid, gid, mtime, size ?? content.Length, major, minor);
        return Raw(Sum(header)).Data(content);
    }

    public TarBuilder Pax(char type, params (string Key, byte[] Value)[] records) => Extended(type, PaxText(records));

    public TarBuilder Extended(char type, byte[] text) =>
        Raw(Sum(Header(type, "extended"u8, default, 0x1A4, 0, 0, 0, text.Length, 0, 0))).Data(text);

    public TarBuilder Data(byte[] content) => Raw(content).Raw(new byte[-content.Length & 511]);

    public TarBuilder Raw(byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public byte[] Build(bool terminated = true) => [.. _bytes.ToArray(), .. terminated ? new byte[1024] : []];

    public static byte[] PaxText(params (string Key, byte[] Value)[] records)
    {
        var text = new MemoryStream();
        foreach (var (key, value) in records)
        {
            var body = Encoding.UTF8.GetByteCount(key) + value.Length + 3;
            var length = body + 1;
            while (body + length.ToString(CultureInfo.InvariantCulture).Length != length)
            {
                length = body + length.ToString(CultureInfo.InvariantCulture).Length;
            }

            text.Write(Encoding.UTF8.GetBytes($"{length} {key}="));
            text.Write(value);
            text.WriteByte((byte)'\n');
        }

        return text.ToArray();
    }

    public static byte[] Header(char type, ReadOnlySpan<byte> path, ReadOnlySpan<byte> link, int mode, long uid, long gid, long mtime, long size, int major, int minor)
    {
        var header = new byte[512];
        path.CopyTo(header);
        Number(header.AsSpan(100, 8), mode);
        Number(header.AsSpan(108, 8), uid);
        Number(header.AsSpan(116, 8), gid);
        Number(header.AsSpan(124, 12), size);
        Number(header.AsSpan(136, 12), mtime);
        header[156] = (byte)type;
        link.CopyTo(header.AsSpan(157));
        "ustar\0"u8.CopyTo(header.AsSpan(257));
        "00"u8.CopyTo(header.AsSpan(263));
        Number(header.AsSpan(329, 8), major);
        Number(header.AsSpan(337, 8), minor);
        return header;
    }

    /// <summary>Octal where it fits, else base-256.</summary>
    public static void Number(Span<byte> field, long number)
    {
        var octal = number < 0 ? "" : Convert.ToString(number, 8);
        if (number >= 0 && octal.Length < field.Length)
        {
            Encoding.ASCII.GetBytes(octal.PadLeft(field.Length - 1, '0')).CopyTo(field);
            return;
        }

        for (var i = field.Length - 1; i >= 0; i--, number >>= 8)
        {
            field[i] = (byte)number;
        }

        field[0] |= 0x80;
    }

    public static byte[] Sum(byte[] header)
    {
        header.AsSpan(148, 8).Fill((byte)' ');
        var sum = header.Sum(value => value);
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(header, 148);
        return header;
    }
}
