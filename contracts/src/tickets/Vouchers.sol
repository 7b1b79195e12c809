// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Sales} from "./Sales.sol";
import {Voucher} from "./TicketTypes.sol";

/// @title Tickets by a broadcaster's signed word, which anybody may bring and pay
abstract contract Vouchers is Sales, EIP712 {
    bytes32 private constant VOUCHER_TYPE = keccak256(
        "Voucher(uint256 sale,address buyer,address currency,uint128 price,uint256 nonce,uint64 deadline)"
    );

    /// @dev A bit for each nonce, so that vouchers may be used in any order.
    mapping(address signer => mapping(uint256 word => uint256 bits)) private _nonces;

    event VoucherRedeemed(uint256 indexed ticket, address indexed signer, uint256 nonce);
    event NoncesCancelled(address indexed signer, uint256 word, uint256 mask);

    error VoucherExpired(uint64 deadline);
    error NonceUsed(address signer, uint256 nonce);
    error SignatureRefused(address signer);
    error CurrencyDiffers(address currency);

    /// @notice Sells a ticket to the voucher's buyer at the voucher's price, which the sender pays. It counts to the supply
    /// and ends with the sale, but need not wait for its opening.
    function redeem(Voucher calldata voucher, bytes calldata signature)
        external
        payable
        nonReentrant
        returns (uint256 ticket)
    {
        Sale storage sale = _existing(voucher.sale);
        if (block.timestamp > voucher.deadline) revert VoucherExpired(voucher.deadline);
        if (voucher.currency != sale.terms.currency) revert CurrencyDiffers(voucher.currency);
        // Who owns the broadcast now: what an owner before has signed is void.
        address signer = _broadcasterOf(sale.terms.broadcast);
        if (nonceUsed(signer, voucher.nonce)) revert NonceUsed(signer, voucher.nonce);
        // By ECDSA or, if the owner is a contract, ERC-1271.
        if (!SignatureChecker.isValidSignatureNowCalldata(signer, voucherHash(voucher), signature)) {
            revert SignatureRefused(signer);
        }
        _nonces[signer][voucher.nonce >> 8] |= 1 << (voucher.nonce & 0xff);
        ticket = _sell(voucher.sale, voucher.buyer, voucher.price);
        emit VoucherRedeemed(ticket, signer, voucher.nonce);
    }

    /// @notice Voids vouchers of the sender's: nonce `256 × word + i` for each bit i of the mask.
    function cancelNonces(uint256 word, uint256 mask) external {
        _nonces[msg.sender][word] |= mask;
        emit NoncesCancelled(msg.sender, word, mask);
    }

    function nonceUsed(address signer, uint256 nonce) public view returns (bool) {
        return _nonces[signer][nonce >> 8] >> (nonce & 0xff) & 1 == 1;
    }

    /// @notice What is signed: EIP-712's hash, which binds chain and contract too.
    function voucherHash(Voucher calldata voucher) public view returns (bytes32) {
        // EIP-712 hashStruct: all fields are static, so encodeData is their ABI encoding.
        return _hashTypedDataV4(keccak256(abi.encode(VOUCHER_TYPE, voucher)));
    }
}
