namespace CriSharp.Linux.Files;

/// <summary>Permission bits that we use, since C# has no octal numbers.</summary>
public static class Permissions
{
    public const int Mask = 0xFFF; // 07777
    public const int AccessMask = 0x1FF; // 0777
    public const int SetUserId = 0x800; // 04000
    public const int SetGroupId = 0x400; // 02000
    public const int Sticky = 0x200; // 01000
    public const int PrivateFile = 0x180; // 0600
    public const int GroupReadableFile = 0x1A0; // 0640
    public const int PublicFile = 0x1A4; // 0644
    public const int PrivateFolder = 0x1C0; // 0700
    public const int TraversableFolder = 0x1C9; // 0711
    public const int PublicFolder = 0x1ED; // 0755
}
