// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title Numbers as the log writes them: lower-case hexadecimal digits, always as many
library LowerHex {
    bytes16 private constant DIGITS = "0123456789abcdef";

    /// @notice It is no lower-case hexadecimal number.
    error MalformedHex();

    function write(uint256 value, uint256 digits) internal pure returns (bytes memory text) {
        text = new bytes(digits);
        for (uint256 i = digits; i > 0; --i) {
            text[i - 1] = DIGITS[value & 15];
            value >>= 4;
        }
    }

    /// @notice Reads 16 digits.
    function read64(bytes16 text) internal pure returns (uint64 value) {
        for (uint256 i = 0; i < 16; ++i) {
            uint8 digit = uint8(text[i]);
            if (digit >= 0x30 && digit <= 0x39) digit -= 0x30;
            else if (digit >= 0x61 && digit <= 0x66) digit -= 0x57;
            else revert MalformedHex();
            value = (value << 4) | digit;
        }
    }
}
